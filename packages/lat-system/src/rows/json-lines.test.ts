import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { cellsOf, fileWith, rowsOf } from "../../testing.ts";

test("reads lines with their numbers, packed or not, however they end", async () => {
  const lines = ['{"a":1}', "", '{"b":"ü"}'];
  for (const end of ["\n", "\r\n", "\r"]) {
    for (const last of ["", end]) {
      const content = lines.join(end) + last;
      for (const path of [fileWith("a.jsonl", `\ufeff${content}`), fileWith("a.jsonl.gz", gzipSync(content))]) {
        expect(await rowsOf(path)).toEqual([
          { where: `${path}, line 1`, cells: { a: 1 } },
          { where: `${path}, line 3`, cells: { b: "ü" } },
        ]);
      }
    }
  }
});

const many = Array.from({ length: 20_000 }, (_, i) => JSON.stringify({ i, text: `é ${i}\u2028\n`.repeat(10) }));

test("lines may span the pieces in which a file is read", async () => {
  const utf16 = Buffer.from(`\ufeff${many.join("\n")}`, "utf16le");
  for (const content of [many.join("\n"), utf16, Buffer.from(utf16).swap16()]) {
    expect((await cellsOf(fileWith("many.jsonl", content))).map((cells) => JSON.stringify(cells))).toEqual(many);
  }
});

test("a number that JSON cannot hold exactly is text, and NaN is a missing value rather than the text", async () => {
  const path = fileWith("a.jsonl", '{"a":NaN,"b":[-Infinity,"NaN"],"id":12345678901234567890,"n":1.5}\n');
  expect(await cellsOf(path)).toEqual([{ a: null, b: [null, "NaN"], id: "12345678901234567890", n: 1.5 }]);
});

const packed = gzipSync(many.join("\n"));
const damaged = Buffer.from(packed);
damaged[damaged.length - 6]! ^= 1; // the checksum

test.each<[string, string | Uint8Array, RegExp]>([
  ["a.jsonl", "", /a\.jsonl has no rows; expected at least one/],
  ["a.jsonl", "\n \n", /a\.jsonl has no rows/],
  ["a.jsonl.gz", gzipSync(""), /a\.jsonl\.gz has no rows/],
  ["a.jsonl.gz", "", /a\.jsonl\.gz has no rows/],
  ["a.jsonl", '{"a":1}\n[1]\n', /line 2: expected a JSON object; found "\[1\]"$/],
  ["a.jsonl", '{"a":1}\n{"b', /line 2: expected a JSON object; found "\{\\"b": "/],
  ["a.jsonl", '{"a":1},\n', /line 1: expected a JSON object/],
  ["a.jsonl", '{\n"a":1}', /line 1: expected a JSON object/],
  ["a.jsonl", '{"a":1}\n{"label":1,"label":0}', /line 2: .*the key \\"label\\" stands twice/],
  ["a.jsonl", `{"a":${"x".repeat(100_000)}}`, /^.{0,200}line 1: expected a JSON object.{0,300}$/],
  ["a.jsonl", Buffer.from('{"a":1}\n{"a":"é"}', "latin1"), /line 2: expected UTF-8/],
  ["a.jsonl.gz", packed.subarray(0, packed.length >> 1), /the gzip data end too early; expected a complete file/],
  ["a.jsonl.gz", damaged, /the gzip data are damaged \(incorrect data check\)/],
  ["a.jsonl.gz", '{"a":1}\n', /the gzip data are damaged \(incorrect header check\)/],
  ["a.jsonl", gzipSync("{}"), /a\.jsonl is a gzip file/],
  ["a.jsonl", `{"a":"${"x".repeat(2 ** 24)}"}`, /line 1: more than 16 MiB without a line end/],
  ["a.jsonl", "{}\n".repeat(2 ** 22 + 1), /a\.jsonl has more than 4194304 rows/],
  ["a.jsonl.gz", gzipSync(Buffer.alloc(2 ** 27, "\n")), /a\.jsonl\.gz has more than 64 MiB, unpacked/],
])("%s is refused with its line: %#", async (name, content, message) => {
  await expect(rowsOf(fileWith(name, content))).rejects.toThrow(message);
});

test("a missing file, and a folder, are named", async () => {
  await expect(rowsOf("/nowhere/a.jsonl")).rejects.toThrow(/cannot read \/nowhere\/a\.jsonl: no such file/);
});
