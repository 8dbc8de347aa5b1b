import { fileURLToPath } from "node:url";
import { runCommand } from "lat-system";
import { beforeAll, describe, expect, it } from "vitest";

// A process each: TensorFlow reads the number of threads once, when it loads.

interface Trained {
  /** Hashes of the values, gradients and new parameters of one step. */
  readonly first: string;
  readonly hundredth: string;
  /** Hash of the parameters after eleven steps. */
  readonly trained: string;
  /** The mean loss before these steps and after them. */
  readonly before: number;
  readonly after: number;
}

interface Run {
  readonly results: Readonly<Record<"xla" | "withoutXla", Trained>>;
  /** How many threads compute for XLA. */
  readonly workers: number;
  readonly usingGpu: boolean;
}

const script = fileURLToPath(new URL("../../fixtures/training-step.mjs", import.meta.url));
/** What users set for other programs; each of these would change bits. */
const others = {
  TF_ENABLE_ONEDNN_OPTS: "0",
  XLA_FLAGS: "--xla_cpu_enable_fast_math=true",
  TF_NUM_INTRAOP_THREADS: "3",
};
const programs = [
  ["bun", 1, {}],
  ["bun", 2, {}],
  ["bun", 4, {}],
  ["node", 2, {}],
  ["bun", 2, others],
  ["node", 2, others],
] as const;

describe("a small transformer trained in processes of its own", () => {
  const runs: Run[] = [];
  const noise: string[] = [];
  beforeAll(async () => {
    for (const [program, threads, env] of programs) {
      const result = (await runCommand(program, [script, String(threads)], { env }))!;
      expect(result.code, result.stderr).toBe(0);
      runs.push(JSON.parse(result.stdout) as Run);
      noise.push(result.stderr);
    }
  });

  it("learns", () => {
    for (const { before, after } of Object.values(runs[0]!.results)) expect(after).toBeLessThan(before);
  });

  it("gives the same bits for 1, 2 and 4 threads, in Bun and in Node, whatever the environment says", () => {
    for (const { results } of runs) expect(results).toEqual(runs[0]!.results);
  });

  it("gives the same bits at the first call and at the hundredth", () => {
    for (const { results } of runs)
      for (const { first, hundredth } of Object.values(results)) expect(hundredth).toBe(first);
  });

  it("uses as many threads as it was told, and no GPU", () => {
    expect(runs.map(({ workers }) => workers)).toEqual(programs.map(([, threads]) => threads));
    expect(runs.map(({ usingGpu }) => usingGpu)).toEqual(programs.map(() => false));
  });

  it("writes nothing on standard error", () => {
    expect(noise).toEqual(programs.map(() => ""));
  });
});
