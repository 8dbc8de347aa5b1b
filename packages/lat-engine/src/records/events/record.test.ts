import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32c } from "./crc32c.ts";
import { readRecords, toRecord } from "./record.ts";

describe("CRC-32C", () => {
  // The check value of the catalogue of CRCs, and the examples of RFC 3720, appendix B.4.
  it.each([
    ["123456789", Buffer.from("123456789"), 0xe3069283],
    ["nothing", Buffer.of(), 0],
    ["32 zeros", Buffer.alloc(32), 0x8a9136aa],
    ["32 ones", Buffer.alloc(32, 0xff), 0x62a8ab43],
    ["0 to 31", Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
    ["31 to 0", Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c],
  ])("of %s is the published one", (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });
});

describe("records", () => {
  const contents = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 });
  const read = (file: Buffer): number[][] => [...readRecords(file)].map((data) => [...data]);

  it("are read as they were written", () => {
    fc.assert(
      fc.property(contents, (datas) => {
        expect(read(Buffer.concat(datas.map(toRecord)))).toEqual(datas.map((data) => [...data]));
      }),
    );
  });

  it("are read up to the first that was cut short or damaged", () => {
    const datas = ["one", "", "three"].map((text) => Buffer.from(text));
    const records = datas.map(toRecord);
    const file = Buffer.concat(records);
    const ends = [1, 2, 3].map((count) => Buffer.concat(records.slice(0, count)).length);
    for (let at = 0; at < file.length; at++) {
      const whole = ends.filter((end) => end <= at).length;
      const expected = datas.slice(0, whole).map((data) => [...data]);
      expect(read(file.subarray(0, at))).toEqual(expected);
      const damaged = Buffer.from(file);
      damaged[at]! ^= 0x10;
      expect(read(damaged)).toEqual(expected);
    }
  });
});
