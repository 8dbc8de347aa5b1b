import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LatError } from "lat-system";
import { outputOf, runScript, temporaryFolder } from "lat-system/testing";
import { tf } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import { type Checkpoint, loadNewestCheckpoint, loadTensors, saveCheckpoint, saveTensors } from "./checkpoint.ts";

const checkpointAt = (step: number): Checkpoint => ({
  step,
  validation: { bestLoss: 0.5, bestStep: step - 1, worse: 1 },
  parameters: { "layers.0.weight": tf.tensor2d([[step, 1e-40]]), bias: tf.tensor1d([-0]) },
  state: { mean: { "layers.0.weight": tf.zeros([1, 2]), bias: tf.ones([1]) } },
});
const values = ({ parameters, state }: Checkpoint): unknown =>
  [parameters, ...Object.values(state)].map((tensors) =>
    Object.entries(tensors)
      .sort()
      .map(([name, tensor]) => [name, tensor.shape, [...tensor.dataSync()]]),
  );

async function newest(folder: string): Promise<{ checkpoint: Checkpoint | undefined; warnings: string[] }> {
  const warnings: string[] = [];
  return { checkpoint: await loadNewestCheckpoint(folder, (message) => warnings.push(message)), warnings };
}

describe("checkpoints", () => {
  it("come back bit by bit, the newest first, and only two are kept", async () => {
    const folder = join(temporaryFolder(), "checkpoints");
    expect((await newest(folder)).checkpoint).toBeUndefined();
    for (const step of [9, 10, 100]) await saveCheckpoint(folder, checkpointAt(step));
    expect(readdirSync(folder).sort()).toEqual(["step-10", "step-100"]);
    const { checkpoint, warnings } = await newest(folder);
    expect(warnings).toEqual([]);
    expect(checkpoint).toMatchObject({ step: 100, validation: { bestLoss: 0.5, bestStep: 99, worse: 1 } });
    expect(values(checkpoint!)).toEqual(values(checkpointAt(100)));
  });

  it("may be saved again at the same step, and over what a killed process left", async () => {
    const folder = temporaryFolder();
    await saveCheckpoint(folder, checkpointAt(3));
    cpSync(join(folder, "step-3"), join(folder, "step-6.tmp"), { recursive: true });
    await saveCheckpoint(folder, checkpointAt(3));
    await saveCheckpoint(folder, checkpointAt(6));
    expect(readdirSync(folder).sort()).toEqual(["step-3", "step-6"]);
  });

  const damage: Readonly<Record<string, (path: string) => void>> = {
    "a byte changed": (path) => {
      const bytes = readFileSync(join(path, "optimizer.safetensors"));
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(join(path, "optimizer.safetensors"), bytes);
    },
    "a file cut short": (path) =>
      truncateSync(join(path, "model.safetensors"), statSync(join(path, "model.safetensors")).size - 1),
    "a file missing": (path) => rmSync(join(path, "model.safetensors")),
    "no manifest": (path) => rmSync(join(path, "manifest.json")),
    "an empty manifest": (path) => writeFileSync(join(path, "manifest.json"), ""),
    "a manifest of something else": (path) => writeFileSync(join(path, "manifest.json"), '{"schema":2}'),
  };
  it.each(Object.keys(damage))("with %s are passed over with a warning that names the file", async (what) => {
    const folder = temporaryFolder();
    for (const step of [3, 6]) await saveCheckpoint(folder, checkpointAt(step));
    damage[what]!(join(folder, "step-6"));
    const { checkpoint, warnings } = await newest(folder);
    expect(checkpoint?.step).toBe(3);
    expect(warnings).toEqual([
      expect.stringMatching(/step-6 is damaged and is passed over: .*step-6\/(model|optimizer|manifest)\./),
    ]);
    damage[what]!(join(folder, "step-3"));
    expect((await newest(folder)).checkpoint).toBeUndefined();
  });

  it("that do not fit on the disk leave those before, and nothing half", async () => {
    const folder = temporaryFolder();
    await saveCheckpoint(folder, checkpointAt(3));
    const child = runScript(
      join(import.meta.dirname, ".."),
      `import { saveCheckpoint } from "./train/checkpoint.ts";
       import { initialize } from "./model/initialize.ts";
       const { w } = initialize({ parameters: { w: { shape: [1 << 18], initial: "zeros" } } }, 0);
       await saveCheckpoint(${JSON.stringify(folder)}, { step: 6, validation: null, parameters: { w }, state: {} })
         .catch(({ name, message }) => console.log(name, message));`,
      "trap '' XFSZ; ulimit -f 64; exec",
    );
    const { stdout } = await outputOf(child);
    expect(stdout).toMatch(/^LatError cannot write .*model\.safetensors: the file is larger than .* or your limit/);
    expect(readdirSync(folder)).toEqual(["step-3"]);
    const { checkpoint, warnings } = await newest(folder);
    expect([checkpoint?.step, warnings]).toEqual([3, []]);
  });
});

describe("a file of tensors", () => {
  it("depends on names and values alone", async () => {
    const folder = temporaryFolder();
    const [a, b] = [tf.tensor1d([1, 2]), tf.tensor1d([3])];
    await saveTensors(join(folder, "one"), { a, b });
    await saveTensors(join(folder, "other"), { b: tf.clone(b), a: tf.tensor1d([1, 2]) });
    expect(readFileSync(join(folder, "one"))).toEqual(readFileSync(join(folder, "other")));
    expect([...loadTensors(join(folder, "one")).a!.dataSync()]).toEqual([1, 2]);
  });

  it("that is not one is refused, naming the file", () => {
    const path = join(temporaryFolder(), "model.safetensors");
    for (const content of ["", "words that are not tensors"]) {
      writeFileSync(path, content);
      expect(() => loadTensors(path)).toThrow(LatError);
      expect(() => loadTensors(path)).toThrow(path);
    }
  });
});
