import {
  existsSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { tf } from "../load.ts";
import { streamed } from "./floats.ts";
import { loadFloats, openSafetensors, readSafetensors, storeFloats, writeSafetensors } from "./index.ts";
import { encode } from "./write.ts";

const temporary = mkdtempSync(join(tmpdir(), "safetensors-"));
afterAll(() => rmSync(temporary, { recursive: true }));

interface Described {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array | number;
}

/** Writes tensors one after another; one that is given by its number of bytes is a hole in the file, which reads as zeros. */
function write(name: string, tensors: Readonly<Record<string, Described>>): string {
  let end = 0;
  const places = Object.entries(tensors).map(([name, { dtype, shape, bytes }]) => {
    const begin = end;
    end += typeof bytes === "number" ? bytes : bytes.length;
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(places)));
  const path = join(temporary, name);
  const file = openSync(path, "w");
  writeSync(file, new Uint8Array(BigUint64Array.of(BigInt(header.length)).buffer));
  writeSync(file, header);
  ftruncateSync(file, 8 + header.length + end);
  for (const [name, { data_offsets }] of places) {
    const { bytes } = tensors[name]!;
    if (typeof bytes !== "number") writeSync(file, bytes, 0, bytes.length, 8 + header.length + data_offsets[0]!);
  }
  return path;
}

const raw = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe("every dtype that an array holds", () => {
  it.each([
    ["F64", Float64Array.of(0.1, -1e300)],
    ["I16", Int16Array.of(-2, 32767)],
    ["I8", Int8Array.of(-2, 127)],
    ["U64", BigUint64Array.of(1n, 2n ** 64n - 1n)],
    ["U32", Uint32Array.of(1, 2 ** 32 - 1)],
    ["U16", Uint16Array.of(1, 65535)],
  ])("%s is read as it is", (dtype, data) => {
    const path = write("one", { a: { dtype, shape: [2], bytes: raw(data) } });
    expect(readSafetensors(path).tensors.a).toEqual({ dtype, shape: [2], data });
  });

  it("BOOL is 0 or 1, and what is not 0 is true", () => {
    const path = write("bool", { a: { dtype: "BOOL", shape: [4], bytes: Uint8Array.of(0, 1, 2, 255) } });
    expect(readSafetensors(path).tensors.a?.data).toEqual(Uint8Array.of(0, 1, 1, 1));
  });
});

describe("a dtype that is not read", () => {
  it.each([
    ["F8_E4M3", 2],
    ["F8_E8M0", 2],
    ["C64", 16],
    ["F4", 1],
    ["F6_E2M3", 3],
  ])("%s is refused by name, and harms no other tensor", (dtype, bytes) => {
    const shape = dtype === "F6_E2M3" ? [4] : [2];
    const path = write("odd", {
      odd: { dtype, shape, bytes },
      a: { dtype: "U8", shape: [1], bytes: Uint8Array.of(7) },
    });
    const file = openSafetensors(path);
    expect(file.tensors.get("a")?.read()).toEqual(Uint8Array.of(7));
    expect(() => file.tensors.get("odd")?.read()).toThrow(`odd: tensor "odd" is of dtype ${dtype}, which is not read`);
    file.close();
    expect(() => readSafetensors(path)).toThrow(/tensor "odd" is of dtype/);
  });
});

describe("a file over four gigabytes", () => {
  const GIB = 2 ** 30;
  const path = () =>
    write("large", {
      huge: { dtype: "F32", shape: [5, GIB], bytes: 20 * GIB },
      last: { dtype: "F32", shape: [3], bytes: raw(Float32Array.of(1, 2, 3)) },
    });

  it("is read where it is wanted", () => {
    const file = openSafetensors(path());
    expect(file.tensors.get("last")?.read()).toEqual(Float32Array.of(1, 2, 3));
    expect(file.tensors.get("huge")?.read(5 * GIB - 2, 5 * GIB)).toEqual(Float32Array.of(0, 0));
    file.close();
  });

  it("has tensors that no array holds, which is said", () => {
    const file = openSafetensors(path());
    expect(() => file.tensors.get("huge")?.read()).toThrow(/large: tensor "huge" takes over 4 GiB/);
    file.close();
  });
});

describe("a file of more than four gigabytes that is written", () => {
  it("has a header before a tensor is asked for its elements, with places beyond 32 bits", () => {
    const huge = { dtype: "F32" as const, shape: [3, 2 ** 30], parts: () => expect.unreachable() };
    const [head] = encode("huge", { tensors: { a: huge, b: huge }, metadata: {} });
    const text = new TextDecoder().decode(head!.subarray(8));
    expect(JSON.parse(text).b.data_offsets).toEqual([3 * 2 ** 32, 6 * 2 ** 32]);
  });

  it("is not put in place where the elements are not as many as its shape says", async () => {
    const path = join(temporary, "short.safetensors");
    const short = { dtype: "F32" as const, shape: [3], parts: () => [Float32Array.of(1), Float32Array.of(2)] };
    await expect(writeSafetensors(path, { tensors: { a: short }, metadata: {} })).rejects.toThrow(
      /short\.safetensors: tensor "a": shape \[3\] does not hold 2 elements/,
    );
    expect(existsSync(path)).toBe(false);
  });
});

describe("floats on the device", () => {
  const values = Float32Array.from({ length: 35 }, (_, i) => i / 7 - 2);
  const path = () => write("floats", { a: { dtype: "F32", shape: [7, 5], bytes: raw(values) } });

  it.each([1, 3, 5, 12, 34, 35, 100])("pass through the host %i at a time, and are the same", async (atOnce) => {
    const before = tf.memory().numTensors;
    const file = openSafetensors(path());
    const seen: number[] = [];
    const tensor = loadFloats(file.tensors.get("a")!, "a", (piece) => void seen.push(...piece), atOnce);
    file.close();
    expect(tensor.shape).toEqual([7, 5]);
    expect(tensor.dataSync()).toEqual(values);
    expect(seen).toEqual([...values]);
    const parts = [...streamed(tensor, atOnce).parts()];
    expect(parts.length).toBe(atOnce >= 35 ? 1 : Math.ceil(7 / Math.max(1, Math.floor(atOnce / 5))));
    expect(parts.flatMap((part) => [...(part as Float32Array)])).toEqual([...values]);
    tensor.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("are written as a file that is read again", async () => {
    const target = join(temporary, "stored.safetensors");
    const tensors = { a: tf.tensor(values, [7, 5]), scalar: tf.scalar(3), none: tf.zeros([0, 2]) };
    await storeFloats(target, tensors, { format: "pt" });
    const { tensors: again, metadata } = readSafetensors(target);
    expect(metadata).toEqual({ format: "pt" });
    expect(again.a).toEqual({ dtype: "F32", shape: [7, 5], data: values });
    expect(again.scalar).toEqual({ dtype: "F32", shape: [], data: Float32Array.of(3) });
    expect(again.none).toEqual({ dtype: "F32", shape: [0, 2], data: new Float32Array(0) });
    tf.dispose(tensors);
  });

  it("are rounded from F64 to the nearest, or refused where float32 does not reach", () => {
    const doubles = Float64Array.of(0.1, 1 + 2 ** -24 + 2 ** -40, Number.NaN, -Infinity);
    const tensor = loadFloats(
      openSafetensors(write("f64", { a: { dtype: "F64", shape: [4], bytes: raw(doubles) } })).tensors.get("a")!,
      "a",
    );
    expect(tensor.dataSync()).toEqual(Float32Array.of(Math.fround(0.1), 1 + 2 ** -23, Number.NaN, -Infinity));
    const over = write("over", { a: { dtype: "F64", shape: [2], bytes: raw(Float64Array.of(1, -1e39)) } });
    expect(() => loadFloats(openSafetensors(over).tensors.get("a")!, "a")).toThrow(
      /holds -1e\+39, which is beyond float32/,
    );
  });

  it("are not read from integers", () => {
    const path = write("integers", { a: { dtype: "I32", shape: [1], bytes: raw(Int32Array.of(1)) } });
    expect(() => loadFloats(openSafetensors(path).tensors.get("a")!, "a")).toThrow(
      /is I32, expected F32, F16, BF16, F64/,
    );
  });
});

describe("a file that is something else", () => {
  it.each([
    ["", /is empty; expected a safetensors file/],
    ["<!doctype html><html><body>Not found</body></html>", /is an HTML page/],
    ["version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", /is a Git LFS pointer, not the file itself/],
    ["PK\u0003\u0004aaaaaaaaaaaaa", /is a zip archive/],
    ['{"weights": [1, 2]}', /is JSON text/],
  ])("%j is named", (text, message) => {
    const path = join(temporary, "other.safetensors");
    writeFileSync(path, text);
    expect(() => openSafetensors(path)).toThrow(message);
  });
});

const cases = join(import.meta.dirname, "../../../../../shared/cases");
const verdicts = (): [string, string][] => {
  try {
    return Object.entries(JSON.parse(readFileSync(join(cases, "safetensors.json"), "utf8")) as Record<string, string>);
  } catch {
    return [];
  }
};

describe.skipIf(verdicts().length === 0)(
  "files with the reference's verdict (skipped where ../shared/cases is absent)",
  () => {
    it.each(verdicts())("%s: %s", (name, verdict) => {
      const start = performance.now();
      const open = () => {
        const file = openSafetensors(join(cases, "safetensors", name));
        const described = [...file.tensors].map(([name, { shape }]) => [name, shape]);
        for (const { dtype, read } of file.tensors.values()) if (!/^(F8|C64)/.test(dtype)) read();
        file.close();
        return described;
      };
      if (verdict.startsWith("REFUSED")) expect(open).toThrow(new RegExp(`${name}: `));
      // As Python prints it: ('test', 'int32', (2, 2)); a dtype that NumPy lacks has no shape there.
      else
        for (const [tensor, shape] of open())
          if (!verdict.includes("ERR")) {
            const printed = `('${String(tensor).replace("\0", "\\x00")}', `;
            expect(verdict).toContain(printed);
            const [, sizes] = verdict.slice(verdict.indexOf(printed)).match(/\(([\d, ]*)\)\)/)!;
            expect(sizes!.match(/\d+/g)?.map(Number) ?? []).toEqual(shape);
          }
      expect(performance.now() - start).toBeLessThan(1000);
    });
  },
);
