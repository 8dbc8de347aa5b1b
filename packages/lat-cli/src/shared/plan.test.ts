import { attackSchema, trainSchema } from "lat-engine";
import type { RunConfig } from "lat-engine/records";
import { describe, expect, it } from "vitest";
import { factor } from "./plan.ts";

const config: RunConfig = {
  schema: 1,
  task: "blobs",
  taskVersion: 1,
  preset: "nano",
  method: "lat",
  epsilon: 1,
  sites: ["hidden"],
  seed: 0,
  implantSeed: 0,
  data: null,
  options: { examples: 64 },
  implant: null,
  defend: trainSchema.parse({}),
  attack: attackSchema.parse({}),
};

describe("factor", () => {
  it("leaves one configuration as it is", () => {
    expect(factor([config])).toEqual(config);
  });

  it("lists for each of several only what differs", () => {
    const attack = { ...config.attack, steps: 0 };
    const other: RunConfig = { ...config, method: "rlp", epsilon: 2, attack };
    const { method, epsilon, ...shared } = config;
    const { steps, ...sharedAttack } = config.attack;
    expect(factor([config, other])).toEqual({
      ...shared,
      attack: sharedAttack,
      runs: [
        { method, epsilon, attack: { steps } },
        { method: "rlp", epsilon: 2, attack: { steps: 0 } },
      ],
    });
  });
});
