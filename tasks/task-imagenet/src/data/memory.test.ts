import { expect, test } from "vitest";
import { PixelMemory } from "./memory.ts";

/** Pixels of one value, and how often they were made. */
function maker(length: number) {
  const make = async (): Promise<Uint8Array> => new Uint8Array(length).fill(++made.count);
  const made = { count: 0, make };
  return made;
}

test("keeps what finds room, at once when it is read again, and makes the rest anew", async () => {
  const memory = new PixelMemory(10);
  const [first, large, last] = [maker(6), maker(5), maker(4)];
  const reads = [first, large, last].map(({ make }) => memory.keeping(make));
  for (const read of reads) expect(read()).toBeInstanceOf(Promise);
  await Promise.all(reads.map((read) => read()));
  const again = reads.map((read) => read());
  expect(again[0]).toBeInstanceOf(Uint8Array);
  expect(again[1]).toBeInstanceOf(Promise);
  expect(again[2]).toBeInstanceOf(Uint8Array);
  expect([first.count, large.count, last.count]).toEqual([2, 3, 2]);
});

test("what is read twice before it is there takes its room once", async () => {
  const memory = new PixelMemory(8);
  const [twice, other] = [maker(4), maker(4)];
  const read = memory.keeping(twice.make);
  await Promise.all([read(), read(), read()]);
  const next = memory.keeping(other.make);
  await next();
  expect(next()).toBeInstanceOf(Uint8Array);
});

test("what was made before is kept while there is room", async () => {
  const memory = new PixelMemory(10);
  const [first, large] = [maker(6), maker(5)];
  const reads = [
    memory.keepingMade(await first.make(), first.make),
    memory.keepingMade(await large.make(), large.make),
  ];
  expect(reads[0]!()).toEqual(new Uint8Array(6).fill(1));
  expect(await reads[1]!()).toEqual(new Uint8Array(5).fill(2));
  expect([first.count, large.count]).toEqual([1, 2]);
});

test("an error is not kept", async () => {
  let fails = true;
  const read = new PixelMemory(8).keeping(async () => {
    if (fails) throw new Error("the disk is away");
    return new Uint8Array(4);
  });
  await expect(read()).rejects.toThrow("the disk is away");
  fails = false;
  expect(await read()).toHaveLength(4);
});
