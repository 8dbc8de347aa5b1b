import { expect, it } from "vitest";
import { z } from "zod";
import { attackSchema, trainSchema } from "./config.ts";
import { settingsOf } from "./settings.ts";

it("tells key, allowed values, default and description of every setting, sections in their place", () => {
  const schema = z
    .strictObject({
      seed: z.number().int().nonnegative().default(0).describe("Of the draws."),
      data: z.strictObject({ text: z.string().min(1).describe("A column.") }).prefault({ text: "text" }),
      clip: z.number().positive().nullable().default(null).describe("Largest norm."),
      kinds: z.array(z.enum(["a", "b"])).default(["a"]),
    })
    .refine(() => true);
  expect(settingsOf(schema, "options")).toEqual([
    { key: "options.seed", allowed: "a whole number of at least 0", default: 0, description: "Of the draws." },
    { key: "options.data.text", allowed: "a text that is not empty", description: "A column." },
    { key: "options.clip", allowed: "a number greater than 0, or null", default: null, description: "Largest norm." },
    { key: "options.kinds", allowed: "a list, each one of a, b", default: ["a"], description: "" },
  ]);
});

it.each([
  ["defend", trainSchema],
  ["attack", attackSchema],
])("describes everything in %s", (section, schema) => {
  const settings = settingsOf(schema, section);
  expect(settings.length).toBeGreaterThan(10);
  for (const { key, description } of settings) expect(description, key).toMatch(/^[`A-Z].*\.$/s);
});
