import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LatError } from "lat-system";
import { describe, expect, it } from "vitest";
import { readTorchFile } from "../index.ts";

const cases = join(import.meta.dirname, "../../../../../shared/cases");
const isThere = existsSync(join(cases, "torch.json"));

/** What PyTorch reads of each file: tensors by path, such as `'net'/'conv1.weight'`, or that it refuses. */
interface Verdict {
  readonly torch: string;
  readonly tensors?: Readonly<Record<string, { dtype: string; shape: number[]; sum: number; first: number[] }>>;
}

const dtypes: Readonly<Record<string, string>> = {
  ...{ float64: "F64", float32: "F32", float16: "F16", bfloat16: "BF16", int64: "I64", int32: "I32", int16: "I16" },
  ...{ int8: "I8", uint64: "U64", uint32: "U32", uint16: "U16", uint8: "U8", bool: "BOOL" },
};

describe.skipIf(!isThere)("files that PyTorch wrote (skipped where ../shared/cases is absent)", () => {
  const verdicts = isThere
    ? (JSON.parse(readFileSync(join(cases, "torch.json"), "utf8")) as Record<string, Verdict>)
    : {};
  const present = Object.entries(verdicts).filter(([name]) => existsSync(join(cases, "torch", name)));

  it.each(present)("%s", (name, { tensors }) => {
    const path = join(cases, "torch", name);
    const isZip = readFileSync(path).subarray(0, 2).toString() === "PK";
    if (!tensors || isZip) return expect(() => readTorchFile(path)).toThrow(LatError);
    // The state dict's tensors, without what stands beside it.
    const paths = Object.keys(tensors);
    const wrapped = paths.filter((path) => path.startsWith("'state_dict'/"));
    const expected = (wrapped.length > 0 ? wrapped : paths).map((path) => [
      /'([^']*)'$/.exec(path)![1]!,
      tensors[path]!,
    ]);
    const found = readTorchFile(path);
    expect(Object.keys(found)).toEqual(expected.map(([name]) => name));
    for (const [name, { dtype, shape, sum, first }] of expected as [string, (typeof tensors)[string]][]) {
      const { data, ...described } = found[name]!;
      const values = Array.from(data as ArrayLike<number | bigint>, Number);
      expect(described).toEqual({ dtype: dtypes[dtype], shape });
      expect(values.slice(0, first.length)).toEqual(first);
      expect(values.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 4);
    }
  });
});

describe.skipIf(!isThere)("hostile files (skipped where ../shared/cases is absent)", () => {
  const names = isThere ? readdirSync(join(cases, "torch-hostile")) : [];

  it.each(names)("%s is refused at once, in little memory and a few lines", (name) => {
    const before = process.memoryUsage().rss;
    const start = performance.now();
    let message = "";
    try {
      readTorchFile(join(cases, "torch-hostile", name));
    } catch (error) {
      expect(error).toBeInstanceOf(LatError);
      message = (error as Error).message;
    }
    expect(message).not.toBe("");
    expect(message.length).toBeLessThan(600);
    expect(message.split("\n").length).toBeLessThan(5);
    expect(performance.now() - start).toBeLessThan(1000);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
  });
});
