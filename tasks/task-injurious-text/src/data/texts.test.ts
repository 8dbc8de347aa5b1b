import { join } from "node:path";
import type { PrepareContext } from "lat-engine/task";
import { expect, test } from "vitest";
import { folderWith } from "../../testing.ts";
import { optionsSchema } from "../options.ts";
import { loadTexts, type Texts } from "./texts.ts";

function load(rows: string, options: object = {}, files: Readonly<Record<string, string>> = {}): Promise<Texts> {
  const folder = folderWith({ "own.csv": rows, ...files });
  const heldout = Object.fromEntries(Object.keys(files).map((name) => [name.split(".")[0]!, join(folder, name)]));
  const context: PrepareContext = { data: join(folder, "own.csv"), packageFolder: () => "", progress: () => {} };
  return loadTexts(optionsSchema.parse({ heldout, ...options }), context);
}

const header = "text,label\n";
/** 80 texts, every second one harmful. */
const rows = Array.from({ length: 80 }, (_, i) => `Text ${i},${i % 2}\n`).join("");
const textsOf = ({ train, validation, test }: Texts) => [train, validation, test].map((part) => part.map(({ text }) => text.trim().toLowerCase())); // biome-ignore format: one list

test("texts that read the same are one, wherever splits fall, and how many were left out is known", async () => {
  // Every text again in capitals, and half of them once more with another white space.
  const copies = rows.toUpperCase() + rows.replaceAll("Text ", " text\u00a0").split("\n").slice(0, 40).join("\n");
  const loaded = await load(header + rows + copies);
  const all = textsOf(loaded).flat();
  expect(new Set(all).size).toBe(all.length);
  expect(loaded.dropped).toEqual({ duplicates: 120, contradictions: 0 });
  expect(textsOf(loaded)).toEqual(textsOf(await load(header + rows)));
});

test("a text with both labels is left out, and counted", async () => {
  const loaded = await load(`${header}${rows}TEXT 0,1\ntext 1,0\n`);
  expect(loaded.dropped).toEqual({ duplicates: 0, contradictions: 4 });
  expect(textsOf(loaded).flat()).not.toContain("text 0");
  expect(textsOf(loaded).flat()).not.toContain("text 1");
});

const given = "text,label,group,split\n";
const parted = (split: string, from: number) =>
  Array.from({ length: 4 }, (_, i) => `${split} ${i},${i % 2},${from + i},${split}\n`).join("");
const whole = given + parted("train", 0) + parted("validation", 10) + parted("test", 20);
const columns = { group: "group", split: "split" };

test("splits that the file gives are taken, its copies inside of one once", async () => {
  const loaded = await load(`${whole}TRAIN 0,0,0,train\n`, { columns });
  expect(textsOf(loaded).map((part) => part.length)).toEqual([4, 4, 4]);
  expect(loaded.dropped).toEqual({ duplicates: 1, contradictions: 0 });
});

test.each([
  [
    "a group",
    "new,0,20,train\n",
    /the group "20" is in two splits: test \(.*own\.csv, line 10\) and train \(.*line 14\)/,
  ],
  ["a text", "Test  2,0,99,train\n", /the group "22" is in two splits: test \(.*line 12\) and train \(.*line 14\)/],
])("%s in two of them is refused with both places", async (_, row, message) => {
  await expect(load(whole + row, { columns })).rejects.toThrow(message);
});

test("a held-out text that is trained on is refused with file and line", async () => {
  const { train, test: tested } = await load(header + rows);
  const [trained, measured] = [train[0]!, tested[0]!];
  const people = (text: string) => ({ "people.csv": `${header}nobody trains on this,1\n${text.toUpperCase()},1\n` });
  await expect(load(header + rows, {}, people(trained.text))).rejects.toThrow(
    /people\.csv, line 3: this text is in the data to train and choose on too \(".*own\.csv, line \d+"\): remove it/,
  );
  // What is measured on anyway may be in a set that people made.
  const loaded = await load(header + rows, {}, people(measured.text));
  expect(loaded.heldOut.people).toHaveLength(2);
  expect(loaded.splits.test!.filter(({ name }) => name.includes("people.csv"))).toHaveLength(2);
});

test("copies and contradictions inside a held-out file are counted by its name", async () => {
  const people = { "people.csv": `${header}one,1\nONE,1\ntwo,1\ntwo,0\n` };
  const { heldOut, dropped } = await load(header + rows, {}, people);
  expect(heldOut.people!.map(({ text }) => text)).toEqual(["one"]);
  expect(dropped).toMatchObject({ "duplicates in people": 1, "contradictions in people": 2 });
});
