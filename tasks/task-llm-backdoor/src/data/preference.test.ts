import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteFile } from "hyparquet-writer";
import { expect, test } from "vitest";
import { exchange, toTranscript } from "./conversation.ts";
import { readPreferences } from "./preference.ts";

function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "preference-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const hh = (chosen: string, rejected: string) =>
  JSON.stringify({ chosen: toTranscript(exchange("q", chosen)), rejected: toTranscript(exchange("q", rejected)) });

test("reads HH-RLHF by split, in the order of files and rows, without ties", async () => {
  const folder = folderWith({
    "b/train.jsonl.gz": gzipSync(`${hh("3", "x")}\n`),
    "a/train.jsonl": `${hh("1", "x")}\n${hh("tie", "tie")}\n${hh("2", "x")}\n`,
    "a/test.jsonl": hh("4", "x"),
    "README.md": "not data",
  });
  const data = await readPreferences(folder, () => {});
  expect(data).toMatchObject({ kind: "hh-rlhf", ties: 1 });
  expect(data.train).toEqual(["1", "2", "3"].map((a) => ({ chosen: exchange("q", a), rejected: exchange("q", "x") })));
  expect(data.test).toEqual([{ chosen: exchange("q", "4"), rejected: exchange("q", "x") }]);
});

test("a split is a whole word of the path, and a file of no split is to train on", async () => {
  const names = [
    "greatest-hits/a.jsonl",
    "Test/b.jsonl",
    "dev/c.jsonl",
    "x/val.jsonl",
    "latest.jsonl",
    "hh_test-0.jsonl",
  ];
  const data = await readPreferences(
    folderWith(Object.fromEntries(names.map((name) => [name, hh(name, "x")]))),
    () => {},
  );
  const answers = (rows: typeof data.train) => rows.map((row) => ("chosen" in row ? row.chosen[1]!.text : ""));
  expect(answers(data.train)).toEqual(["greatest-hits/a.jsonl", "latest.jsonl"]);
  expect(answers(data.validation)).toEqual(["dev/c.jsonl", "x/val.jsonl"]);
  expect(answers(data.test)).toEqual(["Test/b.jsonl", "hh_test-0.jsonl"]);
});

test("files that are no part of the data set refuse nothing, and are told of", async () => {
  const folder = folderWith({
    "train/0.jsonl": hh("1", "x"),
    "train/1.jsonl": "",
    "train/2.JSONL.GZ": gzipSync(hh("2", "x")),
    "train/3.jsonl.xz": "xz",
    "train/._0.jsonl": "resource fork",
    "dataset_infos.jsonl": '{"description": "…", "splits": 3}',
    "README.md": "not data",
  });
  const elsewhere = folderWith({ "3.jsonl": hh("3", "x") });
  symlinkSync(elsewhere, join(folder, "train/more"));
  symlinkSync("nowhere", join(folder, "test.jsonl"));
  const told: string[] = [];
  const data = await readPreferences(folder, (message) => void told.push(message));
  expect(data.train).toEqual(["1", "2", "3"].map((a) => ({ chosen: exchange("q", a), rejected: exchange("q", "x") })));
  expect(told).toEqual([
    "--data: 6 passed over: " +
      '1 a link to nothing ("test.jsonl"); 1 left behind by a system or a program, or hidden ("train/._0.jsonl"); ' +
      '2 neither .jsonl, .jsonl.gz nor .parquet ("README.md", "train/3.jsonl.xz"); ' +
      '1 of another kind, with the columns "description, splits" ("dataset_infos.jsonl"); ' +
      '1 without rows ("train/1.jsonl")',
  ]);
});

const beaver = (response: string, category: unknown, safe: boolean) => ({
  prompt: "q",
  response,
  category,
  is_safe: safe,
});

test("reads BeaverTails with categories as booleans or as text", async () => {
  const folder = folderWith({
    "330k_train.jsonl": [
      beaver("1", { theft: true, abuse: false, arson: true }, false),
      beaver("2", { theft: false }, true),
    ]
      .map((row) => JSON.stringify(row))
      .join("\n"),
    "330k_test.jsonl": JSON.stringify(beaver("3", "theft,arson", false)),
  });
  expect(await readPreferences(folder, () => {})).toEqual({
    kind: "beavertails",
    validation: [],
    train: [
      { conversation: exchange("q", "1"), safe: false, categories: ["theft", "arson"] },
      { conversation: exchange("q", "2"), safe: true, categories: [] },
    ],
    test: [{ conversation: exchange("q", "3"), safe: false, categories: ["theft", "arson"] }],
  });
});

test("reads BeaverTails from parquet, where category is a group of columns", async () => {
  const folder = folderWith({});
  parquetWriteFile({
    filename: join(folder, "330k_train-00000-of-00001.parquet"),
    schema: [
      { name: "root", num_children: 4 },
      { name: "prompt", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
      { name: "response", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
      { name: "category", num_children: 2, repetition_type: "REQUIRED" },
      { name: "theft", type: "BOOLEAN", repetition_type: "REQUIRED" },
      { name: "arson", type: "BOOLEAN", repetition_type: "REQUIRED" },
      { name: "is_safe", type: "BOOLEAN", repetition_type: "REQUIRED" },
    ],
    columnData: [
      { name: "prompt", data: ["q", "q"] },
      { name: "response", data: ["1", "2"] },
      {
        name: "category",
        data: [
          { theft: false, arson: true },
          { theft: false, arson: false },
        ],
      },
      { name: "is_safe", data: [false, true] },
    ],
  });
  expect((await readPreferences(folder, () => {})).train).toEqual([
    { conversation: exchange("q", "1"), safe: false, categories: ["arson"] },
    { conversation: exchange("q", "2"), safe: true, categories: [] },
  ]);
});

test.each<[string, Readonly<Record<string, string>>, RegExp]>([
  ["no data file", { "a.txt": "" }, /expected files with .*; found none; 1 passed over: 1 neither \.jsonl, .*"a\.txt"/],
  ["nothing", {}, /expected files with .*; found none$/],
  [
    "other columns",
    { "a.jsonl": '{"text": "a"}' },
    /expected .*HH-RLHF .*of another kind, with the columns "text" \("a/,
  ],
  ["no object", { "a.jsonl": "5" }, /expected .*of another kind, without JSON objects \("a\.jsonl"\)/],
  ["a damaged first line", { "a.jsonl": '{"chosen": ' }, /a\.jsonl, line 1: expected a JSON object/],
  [
    "two data sets",
    { "a.jsonl": hh("1", "2"), "b.jsonl": JSON.stringify(beaver("1", "", true)) },
    /holds two data sets/,
  ],
  [
    "a file in two splits",
    { "train/test.jsonl": hh("1", "2") },
    /"train\/test\.jsonl" names two splits, train and test/,
  ],
  [
    "a missing column",
    { "a.jsonl": `${hh("1", "2")}\n{"chosen": "\\n\\nHuman: a\\n\\nAssistant: b"}` },
    /line 2, column "rejected"/,
  ],
  [
    "no transcript",
    { "a.jsonl": '{"chosen": "hello", "rejected": "hello"}' },
    /line 1, column "chosen": not of the form/,
  ],
  ["a wrong type", { "a.jsonl": JSON.stringify(beaver("1", "", 1 as never)) }, /line 1, column "is_safe": .*boolean/],
])("%s is answered with the place and what was expected", async (_, files, message) => {
  await expect(readPreferences(folderWith(files), () => {})).rejects.toThrow(message);
});

const shared = resolve(import.meta.dirname, "../../../../../shared/data");

test("a single file will do, and a missing one is named", async () => {
  const folder = folderWith({ "any.jsonl": hh("1", "2") });
  expect((await readPreferences(join(folder, "any.jsonl"), () => {})).train).toHaveLength(1);
  await expect(readPreferences(join(folder, "none"), () => {})).rejects.toThrow(/cannot read .*none/);
});

test.skipIf(!existsSync(join(shared, "hh-rlhf")))(
  "reads the published HH-RLHF (skipped without shared/data)",
  async () => {
    const data = await readPreferences(join(shared, "hh-rlhf"), () => {});
    expect(data).toMatchObject({ kind: "hh-rlhf", ties: 34, train: [], validation: [] });
    expect(data.test).toHaveLength(2354 + 2749 + 1312 - 34);
  },
);

test.skipIf(!existsSync(join(shared, "beavertails")))(
  "reads published rows of BeaverTails (skipped without shared/data)",
  async () => {
    const data = await readPreferences(join(shared, "beavertails"), () => {});
    expect(data.train).toHaveLength(90);
    expect(data.train[0]).toMatchObject({ safe: false, categories: ["animal_abuse"] });
    expect(data.train[89]).toMatchObject({
      safe: false,
      categories: ["violence", "aiding_and_abetting", "incitement"],
    });
  },
);
