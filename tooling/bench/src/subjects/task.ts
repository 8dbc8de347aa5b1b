import { fileURLToPath } from "node:url";
import { findTasks, loadTask, resolveRun } from "lat-engine/experiment";
import { fetchPackage } from "lat-system";
import type { Subject } from "../subject.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

/**
 * The network and the augmented training examples of a task's preset, in the order of their numbers.
 *
 * @param set changes the preset's options, as `--set` does
 */
export function taskSubject(
  name: string,
  preset: string,
  batch: number,
  set: Readonly<Record<string, unknown>> = {},
): Subject {
  const changes = Object.entries(set).map(([key, value]) => `, ${key} ${value}`);
  return {
    architecture: name,
    shape: { preset, batch, set },
    title: `batches of ${batch} as ${name} makes them for training, preset ${preset}${changes.join("")}, beside batches made before`,
    missing: () =>
      findTasks(here).some((task) => task.name === name) ? undefined : `there is no ${name} in this workspace`,
    async make() {
      const task = await loadTask(name, here);
      const folders = new Map<string, string>();
      for (const pin of task.packages) folders.set(pin.name, await fetchPackage(pin));
      const { options } = resolveRun(task, { preset, method: "ft", seed: 0, set });
      const { defend, ...network } = await task.prepare(options as never, {
        packageFolder: (name) => folders.get(name)!,
        progress: () => undefined,
      });
      return {
        network,
        batch(step) {
          const first = (step - 1) * batch;
          const indices = Array.from({ length: batch }, (_, i) => (first + i) % defend.size);
          return defend.batch(indices, undefined, { seed: 0, epoch: Math.floor(first / defend.size) });
        },
      };
    },
  };
}
