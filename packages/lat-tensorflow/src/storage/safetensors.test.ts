import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import {
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
  readSafetensors,
  SafetensorsError,
  writeSafetensors,
} from "./index.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), "safetensors-"));
afterAll(() => rmSync(temporary, { recursive: true }));

/** A file with this header and so many bytes of data; `length` is what the file says of its header. */
function file(header: unknown, dataBytes = 8, length?: bigint): Uint8Array {
  const json = typeof header === "string" ? header : JSON.stringify(header);
  const bytes = new Uint8Array(8 + Buffer.byteLength(json) + dataBytes);
  bytes.set(Buffer.from(json), 8);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(Buffer.byteLength(json)), true);
  return bytes;
}

const floats = (change: object = {}) => ({ dtype: "F32", shape: [2], data_offsets: [0, 8], ...change });

function problemOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof SafetensorsError) return error.problem;
    throw error;
  }
  return "none";
}

describe("files of the reference implementation", () => {
  const values = JSON.parse(readFileSync(fixture("every-dtype.json"), "utf8")) as Record<string, string[]>;

  it("are read exactly, every dtype", () => {
    const { tensors, metadata } = readSafetensors(fixture("every-dtype.safetensors"));
    expect(metadata).toEqual({});
    expect(Object.keys(tensors).sort()).toEqual(Object.keys(values).sort());
    for (const [name, { data }] of Object.entries(tensors)) {
      const expected = values[name]!.map((text) => ({ inf: Infinity, "-inf": -Infinity, nan: NaN })[text] ?? text);
      expect([...data], name).toEqual(expected.map((v) => (data instanceof BigInt64Array ? BigInt(v) : Number(v))));
    }
    expect(tensors.empty).toEqual({ dtype: "F32", shape: [0, 7], data: new Float32Array(0) });
    expect(tensors.scalar?.shape).toEqual([]);
  });

  it("are written with the same bytes", () => {
    const bytes = readFileSync(fixture("written.safetensors"));
    expect(Buffer.from(encodeSafetensors(decodeSafetensors(bytes))).equals(bytes)).toBe(true);
  });
});

describe("writing", () => {
  const tensor: HostTensor = { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) };

  it("gives equal content equal bytes, whatever the order it came in", () => {
    const a = encodeSafetensors({ tensors: { b: tensor, a: tensor }, metadata: { y: "1", x: "2" } });
    const b = encodeSafetensors({ tensors: { a: tensor, b: tensor }, metadata: { x: "2", y: "1" } });
    expect(a).toEqual(b);
  });

  it("writes a part of a larger array", () => {
    const data = Float32Array.of(0, 1, 2, 3).subarray(1, 3);
    const { tensors } = decodeSafetensors(encodeSafetensors({ tensors: { a: { ...tensor, data } }, metadata: {} }));
    expect(tensors.a).toEqual(tensor);
  });

  it("replaces a file whole, and leaves it where the tensors cannot be written", async () => {
    const path = join(temporary, "deep", "a.safetensors");
    await writeSafetensors(path, { tensors: { a: tensor }, metadata: {} });
    await expect(writeSafetensors(path, { tensors: { a: { ...tensor, shape: [3] } }, metadata: {} })).rejects.toThrow(
      /a\.safetensors: tensor "a": shape \[3\] does not hold 2 elements/,
    );
    expect(readSafetensors(path).tensors).toEqual({ a: tensor });
    expect(readdirSync(join(temporary, "deep"))).toEqual(["a.safetensors"]);
  });

  it("reads back tensors that lie megabytes into a file", () => {
    const large: HostTensor = { dtype: "U8", shape: [48 << 20], data: new Uint8Array(48 << 20) };
    const { tensors } = decodeSafetensors(encodeSafetensors({ tensors: { a: large, b: tensor }, metadata: {} }));
    expect(tensors.b).toEqual(tensor);
  });

  it.each<[string, Record<string, HostTensor>]>([
    ["dtype", { a: { ...tensor, dtype: "I32" } }],
    ["dtype", { a: { ...tensor, dtype: "BF16" } }],
    ["shape", { a: { ...tensor, shape: [1] } }],
    ["shape", { a: { ...tensor, shape: [-1, -2] } }],
    ["value", { a: { dtype: "BOOL", shape: [1], data: Uint8Array.of(2) } }],
    ["duplicate-key", { __metadata__: tensor }],
  ])("refuses a wrong %s", (problem, tensors) => {
    expect(problemOf(() => encodeSafetensors({ tensors, metadata: {} }))).toBe(problem);
  });

  it("reads back whatever it wrote", () => {
    const arrays = { F32: Float32Array, I32: Int32Array, I64: BigInt64Array, U8: Uint8Array, BOOL: Uint8Array };
    const hostTensor = fc
      .record({
        dtype: fc.constantFrom("F32", "I32", "I64", "U8", "BOOL"),
        shape: fc.array(fc.nat(3), { maxLength: 4 }),
      })
      .chain(({ dtype, shape }) => {
        const bytes = shape.reduce((n, d) => n * d, 1) * arrays[dtype].BYTES_PER_ELEMENT;
        const byte = dtype === "BOOL" ? fc.nat(1) : fc.nat(255);
        return fc
          .array(byte, { minLength: bytes, maxLength: bytes })
          .map((list): HostTensor => ({ dtype, shape, data: new arrays[dtype](Uint8Array.from(list).buffer) }));
      });
    const name = fc.string({ unit: "grapheme" }).filter((text) => text !== "__metadata__");
    const content = fc.record({
      tensors: fc.dictionary(name, hostTensor),
      metadata: fc.dictionary(fc.string(), fc.string()),
    });
    fc.assert(
      fc.property(content, ({ tensors, metadata }) => {
        const bytes = encodeSafetensors({ tensors, metadata });
        const again = decodeSafetensors(bytes);
        expect(Object.entries(again.tensors).sort(byName)).toEqual(Object.entries(tensors).sort(byName));
        expect(Object.entries(again.metadata).sort(byName)).toEqual(Object.entries(metadata).sort(byName));
        expect(encodeSafetensors(again)).toEqual(bytes);
      }),
    );
  });
});

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

describe("hostile files", () => {
  const long = "a".repeat(5_000_000);

  it.each<[string, string, Uint8Array]>([
    ["an empty file", "truncated", new Uint8Array(0)],
    ["half a length", "truncated", new Uint8Array(7)],
    ["a header longer than the file", "truncated", file({}, 0, 1000n)],
    ["a header of 2⁶³ bytes", "header-length", file({}, 0, 2n ** 63n)],
    ["a header over the limit", "header-length", file({}, 0, 100_000_001n)],
    ["no header", "header-json", file("", 0)],
    ["a header that is not UTF-8", "header-json", file({}, 2, 4n).map((byte, i) => (i > 9 ? 0xff : byte))],
    ["a byte order mark", "header-json", file("\ufeff{}", 0)],
    ["a header cut off", "header-json", file('{"a":', 0)],
    ["text after the header", "header-json", file("{}x", 0)],
    ["NaN in the header", "header-json", file('{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,8]}}')],
    ["a list as header", "header-json", file([])],
    ["null as header", "header-json", file("null")],
    [
      "the same tensor twice",
      "duplicate-key",
      file(`{"a":${JSON.stringify(floats())},"a":${JSON.stringify(floats())}}`),
    ],
    ["the same name in two spellings", "duplicate-key", file(`{"a":${JSON.stringify(floats())},"\\u0061":1}`)],
    ["the same name twice, megabytes long", "duplicate-key", file(`{"${long}":1,"${long}":1}`)],
    ["a key after an escaped quote", "duplicate-key", file('{"\\"{":1,"a" :1,"a":1}')],
    ["two shapes", "duplicate-key", file('{"a":{"dtype":"F32","shape":[1],"shape":[2],"data_offsets":[0,8]}}')],
    ["two kinds of metadata", "duplicate-key", file('{"__metadata__":{},"__metadata__":{}}', 0)],
    ["metadata that is a list", "metadata", file({ __metadata__: ["a"] }, 0)],
    ["metadata that is not text", "metadata", file({ __metadata__: { a: 1 } }, 0)],
    ["a tensor that is a number", "entry", file({ a: 1 })],
    ["a tensor that is null", "entry", file({ a: null })],
    ["a tensor that is a list", "entry", file({ a: [] })],
    ["no dtype", "dtype", file({ a: floats({ dtype: undefined }) })],
    ["an unknown dtype", "dtype", file({ a: floats({ dtype: "F99" }) })],
    ["a dtype from an object's prototype", "dtype", file({ a: floats({ dtype: "constructor" }) })],
    ["a dtype that is a list", "dtype", file({ a: floats({ dtype: ["F32"] }) })],
    ["no shape", "shape", file({ a: floats({ shape: undefined }) })],
    ["a shape that is text", "shape", file({ a: floats({ shape: "2" }) })],
    ["a dimension that is null", "shape", file({ a: floats({ shape: [null] }) })],
    ["a dimension that is text", "shape", file({ a: floats({ shape: ["2"] }) })],
    ["a fraction of a dimension", "shape", file({ a: floats({ shape: [2.5] }) })],
    ["a negative dimension", "shape", file({ a: floats({ shape: [-2] }) })],
    ["two negative dimensions", "shape", file({ a: floats({ shape: [-2, -1] }) })],
    ["an infinite dimension", "shape", file('{"a":{"dtype":"F32","shape":[1e999],"data_offsets":[0,8]}}')],
    ["a dimension that is not exact", "shape", file({ a: floats({ shape: [2 ** 53] }) })],
    ["a product that is not exact", "shape", file({ a: floats({ shape: [2 ** 32, 2 ** 32] }) })],
    ["a product that hides behind a zero", "shape", file({ a: floats({ shape: [2 ** 60, 2 ** 60, 0] }) })],
    ["no offsets", "offsets", file({ a: floats({ data_offsets: undefined }) })],
    ["three offsets", "offsets", file({ a: floats({ data_offsets: [0, 4, 8] }) })],
    ["offsets that are text", "offsets", file({ a: floats({ data_offsets: ["0", "8"] }) })],
    ["a negative offset", "offsets", file({ a: floats({ data_offsets: [-8, 0] }) })],
    ["offsets in the wrong order", "offsets", file({ a: floats({ data_offsets: [8, 0] }) })],
    ["fewer bytes than the shape takes", "offsets", file({ a: floats({ data_offsets: [0, 4] }) }, 4)],
    ["more bytes than the shape takes", "offsets", file({ a: floats({ data_offsets: [0, 12] }) }, 12)],
    ["the same bytes for two tensors", "overlap", file({ a: floats(), b: floats() })],
    ["a tensor that begins inside another", "overlap", file({ a: floats(), b: floats({ data_offsets: [4, 12] }) }, 12)],
    [
      "an empty tensor inside another",
      "overlap",
      file({ a: floats(), b: floats({ shape: [0], data_offsets: [4, 4] }) }),
    ],
    ["a hole at the start", "hole", file({ a: floats({ data_offsets: [4, 12] }) }, 12)],
    ["a hole between tensors", "hole", file({ a: floats(), b: floats({ data_offsets: [12, 20] }) }, 20)],
    ["bytes after the last tensor", "hole", file({ a: floats() }, 9)],
    ["data without tensors", "hole", file({}, 1)],
    ["a tensor cut off", "truncated", file({ a: floats() }, 7)],
    ["a tensor of a terabyte", "truncated", file({ a: floats({ shape: [2 ** 40], data_offsets: [0, 2 ** 42] }) })],
    ["a dimension with a point", "shape", file('{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}')],
    ["a dimension with an exponent", "shape", file('{"a":{"dtype":"F32","shape":[2e0],"data_offsets":[0,8]}}')],
    ["an offset of minus zero", "offsets", file('{"a":{"dtype":"F32","shape":[2],"data_offsets":[-0,8]}}')],
    ["a product that overflows before a zero", "shape", file({ a: floats({ shape: [2 ** 32, 2 ** 32, 0] }) })],
    ["metadata that is a number", "metadata", file('{"__metadata__":{"a":-1}}', 0)],
    ["a name that is a number", "header-json", file('{-1:{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}')],
    ["half a byte", "offsets", file({ a: floats({ dtype: "F4", shape: [3], data_offsets: [0, 2] }) }, 2)],
    ["half a character in a name", "header-json", file('{"\\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}')],
    ["half a character in the metadata", "metadata", file('{"__metadata__":{"a":"\\ud800"}}', 0)],
    ["a header of no bytes", "header-json", new Uint8Array(64)],
  ])("%s: %s", (_, problem, bytes) => {
    expect(problemOf(() => decodeSafetensors(bytes))).toBe(problem);
    const path = join(temporary, "hostile.safetensors");
    writeFileSync(path, bytes);
    expect(problemOf(() => readSafetensors(path))).toBe(problem);
  });

  it("may call a tensor __proto__, which is a name like any other", () => {
    const bytes = file(`{"__proto__":${JSON.stringify(floats())}}`);
    const { tensors } = decodeSafetensors(bytes);
    expect(Object.keys(tensors)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(tensors)).toBe(Object.prototype);
    expect(Buffer.from(encodeSafetensors({ tensors, metadata: {} })).includes('"__proto__"')).toBe(true);
  });

  const whole = readFileSync(fixture("every-dtype.safetensors"));

  it("are refused when cut at any byte", () => {
    for (let length = 0; length < whole.length; length++) {
      expect(problemOf(() => decodeSafetensors(whole.subarray(0, length)))).toBe("truncated");
    }
  });

  const headerEnd = 8 + new DataView(whole.buffer, whole.byteOffset).getUint32(0, true);

  it.each([
    ["any bytes", 0, whole.length],
    ["bytes of the header", 8, headerEnd],
  ])("are read or refused by name when %s are changed", (_, begin, end) => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: begin, max: end - 1 }), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const bytes = Uint8Array.from(whole);
          for (const [index, byte] of changes) bytes[index] = byte;
          problemOf(() => decodeSafetensors(bytes));
        },
      ),
      { numRuns: 2000, seed: 1 },
    );
  });

  it("are named in the message, whose length they do not choose", () => {
    const path = join(temporary, "long.safetensors");
    writeFileSync(path, file({ a: floats({ dtype: "F".repeat(100_000) }) }));
    expect(() => readSafetensors(path)).toThrow(/long\.safetensors: tensor "a": dtype "FFF/);
    try {
      readSafetensors(path);
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(500);
    }
  });

  it("that do not exist are answered as files", () => {
    expect(() => readSafetensors(join(temporary, "none"))).toThrow(/cannot read .*none: no such file/);
    expect(() => readSafetensors(temporary)).toThrow(/cannot read .*it is a folder/);
  });
});
