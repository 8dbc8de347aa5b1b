import type { RunConfig } from "lat-engine";
import { attackSchema, trainSchema } from "lat-engine";
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
    const other: RunConfig = { ...config, method: "ft", epsilon: null, sites: [] };
    const { method, epsilon, sites, ...shared } = config;
    expect(factor([config, other])).toEqual({
      ...shared,
      runs: [
        { method, epsilon, sites },
        { method: "ft", epsilon: null, sites: [] },
      ],
    });
  });
});
