import { fileURLToPath } from "node:url";
import { findTasks, loadTask } from "lat-engine";
import { fetchPackage } from "lat-system";
import type { Subject } from "../subject.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The network and the augmented training examples of a task's preset, in the order of their numbers. */
export function taskSubject(name: string, preset: string, batch: number): Subject {
  return {
    architecture: name,
    shape: { preset, batch },
    title: `batches of ${batch} as ${name} makes them for training, preset ${preset}, beside batches made before`,
    missing: () =>
      findTasks(here).some((task) => task.name === name) ? undefined : `there is no ${name} in this workspace`,
    async make() {
      const task = await loadTask(name, here);
      const folders = new Map<string, string>();
      for (const pin of task.packages) folders.set(pin.name, await fetchPackage(pin));
      const { defend, ...network } = await task.prepare(task.presets[preset]!.options, {
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
