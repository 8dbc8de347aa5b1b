import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { resolveSites } from "lat-engine";
import { describe, expect, it } from "vitest";
import { sizes } from "./sizes.ts";

// Those of a task are its own, and need its data.
const made = sizes.filter(({ subject }) => subject.missing === undefined);

describe.each(made)("$name", ({ subject, site }) => {
  it("attacks a site of its network, on as many examples as the peer is told", async () => {
    const { network, batch } = await subject.make();
    expect(resolveSites(network.model, [site]).map(({ name }) => name)).toEqual([site]);
    const examples = Object.values(await batch(1)).map(({ shape }) => shape[0]);
    expect(new Set(examples)).toEqual(new Set([subject.shape.batch]));
  });

  it("has a peer of its architecture", () => {
    expect(existsSync(fileURLToPath(new URL(`../peer/${subject.architecture}.py`, import.meta.url)))).toBe(true);
  });
});
