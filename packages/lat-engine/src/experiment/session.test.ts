import { disposeAll } from "lat-tensorflow";
import { expect, it } from "vitest";
import { initialize } from "../model/initialize.ts";
import type { Task } from "../task/task.ts";
import { toyTask } from "../testing/toy.ts";
import { silent } from "./observer.ts";
import { resolveRun } from "./resolve.ts";
import { Session } from "./session.ts";

it("measures activations once, and again where reading the examples failed", async () => {
  let reads = 0;
  const task = {
    ...toyTask,
    async prepare(options, context) {
      const prepared = await (toyTask as Task<never>).prepare(options, context);
      const defend = {
        ...prepared.defend,
        async batch(indices: readonly number[], length?: number) {
          if (reads++ === 0) throw new Error("the disk is gone");
          return prepared.defend.batch(indices, length);
        },
      };
      return { ...prepared, defend };
    },
  } as Task<never>;
  const config = resolveRun(toyTask, { preset: "nano", method: "lat", epsilon: 0.5, seed: 0 });
  const session = await Session.open(task, config, silent);
  const parameters = initialize(session.prepared.model, 0);
  const norm = () => session.activationNorm(parameters, session.sites(config)[0]!, config.attack);
  await expect(norm()).rejects.toThrow("the disk is gone");
  const measured = await norm();
  expect(measured).toBeGreaterThan(0);
  expect(await norm()).toBe(measured);
  expect(reads).toBe(2);
  disposeAll(parameters);
  session.close();
});
