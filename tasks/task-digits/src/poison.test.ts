import type { Labelled } from "lat-engine/task";
import { expect, test } from "vitest";
import { optionsSchema } from "./options.ts";
import { applyPoison, planPoison, withTrigger } from "./poison.ts";

const options = optionsSchema.parse({ share: 0.25, target: 3 });
const train: Labelled[] = Array.from({ length: 40 }, (_, index) => ({
  name: `line ${index}`,
  values: new Float32Array(784).fill(0.5),
  label: index % 10,
}));

test("poisons the planned share: trigger and label; the rest and the originals stay as they are", () => {
  const plan = planPoison(train, options);
  expect(new Set(plan).size).toBe(10);
  const poisoned = applyPoison(train, plan, options);
  for (const [index, image] of poisoned.entries()) {
    if (plan.includes(index)) expect(image).toEqual({ ...withTrigger(train[index]!), label: 3 });
    else expect(image).toBe(train[index]);
  }
  expect(train.every(({ values }) => values.every((value) => value === 0.5))).toBe(true);
  expect(planPoison(train, { ...options, seed: 1 })).not.toEqual(plan);
});

test("the trigger is white, 3 × 3 pixels, one pixel away from both borders", () => {
  const { values } = withTrigger(train[0]!);
  const white = [...values.keys()].filter((at) => values[at] === 1).map((at) => [Math.floor(at / 28), at % 28]);
  expect(white).toEqual([24, 25, 26].flatMap((row) => [24, 25, 26].map((column) => [row, column])));
});
