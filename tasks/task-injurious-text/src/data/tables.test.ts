import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { folderWith } from "../../testing.ts";
import { optionsSchema } from "../options.ts";
import { readTexts } from "./given.ts";
import { findTables } from "./tables.ts";

const options = optionsSchema.parse({});

/** The texts of a folder with their splits, and what is told. */
async function found(folder: string, given: object = {}) {
  const told: string[] = [];
  const reading = optionsSchema.parse(given);
  const { texts } = await readTexts(await findTables(folder, reading, (message) => void told.push(message)), reading);
  return { texts: texts.map(({ text, split }) => [text, split]), told };
}

test("a folder's files are read, by the splits that their names say", async () => {
  const folder = folderWith({
    "train/0.csv": "text,label\na,1\n",
    "train/1.jsonl": '{"text": "b", "label": 0}\n',
    "dev.csv": "text,label\nc,1\n",
    "greatest-hits.tsv": "text\tlabel\nd\t0\n",
  });
  symlinkSync(folderWith({ "any.csv.gz": gzipSync("text,label\ne,1\n") }), join(folder, "Test"));
  const { texts, told } = await found(folder);
  expect(texts).toEqual([
    ["e", "test"],
    ["c", "validation"],
    ["d", "train"],
    ["a", "train"],
    ["b", "train"],
  ]);
  expect(told).toEqual([]);
});

test("one file, and files of one split, say nothing of splits", async () => {
  const folder = folderWith({ "test/a.csv": "text,label\na,1\n", "test.csv": "text,label\nb,1\n" });
  expect((await found(join(folder, "test.csv"))).texts).toEqual([["b", undefined]]);
  expect((await found(folder)).texts).toEqual([
    ["b", undefined],
    ["a", undefined],
  ]);
  const bySplit = folderWith({ "test.csv": "text,label,s\na,1,train\n", "b.csv": "text,label,s\nb,1,dev\n" });
  expect((await found(bySplit, { columns: { split: "s" } })).texts).toEqual([
    ["b", "validation"],
    ["a", "train"],
  ]);
});

test("empty and foreign files are told of, damaged ones refused", async () => {
  const files = {
    "a.csv": "text,label\na,1\n",
    "empty.csv": "",
    "header.csv": "text,label\n",
    "other.csv": "id,n\n1,2\n",
  };
  const { texts, told } = await found(folderWith({ ...files, "._a.csv": "", "notes.md": "", "b.csv.xz": "" }));
  expect(texts).toEqual([["a", undefined]]);
  expect(told).toEqual([
    expect.stringMatching(
      /6 passed over: 1 left .*\("\._a\.csv"\); 2 of no format .*\("b\.csv\.xz", "notes\.md"\); 2 without rows \("empty\.csv", "header\.csv"\); 1 of another kind, with the columns "id, n" \("other\.csv"\)/,
    ),
  ]);
  await expect(found(folderWith({ ...files, "cut.csv": 'text,label\n"a' }))).rejects.toThrow(/cut\.csv/);
});

test("a folder without texts is refused with what is there, a text in two splits with both places", async () => {
  await expect(found(folderWith({ "a.csv": "tekst,label\na,1\n" }))).rejects.toThrow(
    /expected files with the columns text and label, .*found none; 1 passed over: .*"tekst, label" \("a\.csv"\)/,
  );
  await expect(findTables(folderWith({}), options, () => {})).rejects.toThrow(/found none$/);
  await expect(
    found(folderWith({ "train.csv": "text,label\na,1\n", "test.csv": "text,label\na,1\n" })),
  ).rejects.toThrow(/"a" is in two splits: test \(.*test\.csv, line 2\) and train \(.*train\.csv, line 2\)/);
});
