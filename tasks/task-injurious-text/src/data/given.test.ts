import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { folderWith } from "../../testing.ts";
import { optionsSchema } from "../options.ts";
import { readTexts } from "./given.ts";
import { countsForJson } from "./labels.ts";
import { balance } from "./split.ts";

const read = (content: string, options: object = {}, name = "a.csv") =>
  readTexts([{ path: join(folderWith({ [name]: content }), name) }], optionsSchema.parse(options));

test("reads texts with scores, and every one its own group", async () => {
  const { texts, labels } = await read("text,label\none,0.5\ntwo,0.49\none,1\n");
  expect(texts).toMatchObject([
    { text: "one", harmful: true, group: "one" },
    { text: "two", harmful: false, group: "two" },
    { text: "one", harmful: true, group: "one" },
  ]);
  expect(texts.every(({ split }) => split === undefined)).toBe(true);
  expect(countsForJson(labels)).toEqual({ harmful: { "score from 0.5": 2 }, benign: { "score under 0.5": 1 } });
});

test("reads other columns, labels in words, groups and splits", async () => {
  const { texts } = await read(
    '{"t": "a", "l": "bad", "g": 1, "s": "train"}\n{"t": "b", "l": "fine", "g": 1, "s": "train"}\n{"t": "c", "l": "bad", "g": 2, "s": "test"}\n',
    { columns: { text: "t", label: "l", group: "g", split: "s" }, harmful: ["bad"], benign: ["fine"] },
    "a.jsonl",
  );
  expect(texts.map(({ harmful, group, split }) => [harmful, group, split])).toEqual([
    [true, "1", "train"],
    [false, "1", "train"],
    [true, "2", "test"],
  ]);
});

test("refuses unknown columns and splits", async () => {
  await expect(read("text,score\na,1\n")).rejects.toThrow(/unknown column "label".*Known: text, score/);
  await expect(read("text,label,split\na,1,tset\n", { columns: { split: "split" } })).rejects.toThrow(
    /line 2: unknown split "tset"; did you mean "test"\? Known: train, validation, test/,
  );
});

test.each([
  ['{"text": "a", "label": 0, "group": "g1"}\n{"text": "b", "label": 1}\n', /line 2: unknown column "group"/],
  ['{"text": "a", "label": 0, "group": null}\n', /line 1, column "group": expected a group, .*found null/],
  ['{"text": "a", "label": 0, "group": NaN}\n', /line 1, column "group": expected a group, .*found null/],
  ['{"text": "a", "label": 0, "group": " "}\n', /line 1, column "group": expected a group/],
  ['{"text": "a", "label": 0, "group": ["x"]}\n', /line 1, column "group": expected a group, .*found \["x"\]/],
])("refuses %s, since rows without a group are not one group", async (content, message) => {
  await expect(read(content, { columns: { group: "group" } }, "a.jsonl")).rejects.toThrow(message);
});

test("keeps groups apart whose numbers are the same to JSON.parse", async () => {
  const row = (text: string, group: string) => `{"text": "${text}", "label": 0, "group": ${group}}\n`;
  const { texts } = await read(
    row("a", "9007199254740992") + row("b", "9007199254740993"),
    { columns: { group: "group" } },
    "a.jsonl",
  );
  expect(new Set(texts.map(({ group }) => group)).size).toBe(2);
});

const shared = resolve(import.meta.dirname, "../../../../../shared/data/text");
const isThere = existsSync(shared);

test.skipIf(!isThere)("reads published sets of comments (skipped without ../shared/data/text)", async () => {
  const toxicity = await readTexts(
    [{ path: join(shared, "toxicity_en.train800.csv") }],
    optionsSchema.parse({ columns: { label: "is_toxic" }, harmful: ["Toxic"], benign: ["Not Toxic"] }),
  );
  expect(toxicity.texts.length).toBeGreaterThan(790);
  expect(balance(toxicity.texts, 0, "all").length).toBeGreaterThan(780);
  const tweets = await readTexts(
    [{ path: join(shared, "davidson_labeled_data.csv") }],
    optionsSchema.parse({ columns: { text: "tweet", label: "class" }, harmful: [0, 1], benign: [2] }),
  );
  expect(tweets.texts.length).toBeGreaterThan(24_000);
  expect(tweets.texts.filter(({ harmful }) => harmful).length).toBeGreaterThan(20_000);
});

test.skipIf(!isThere)(
  "answers dialogues without scores with the columns that there are (skipped likewise)",
  async () => {
    await expect(
      readTexts(
        [{ path: join(shared, "constitutional", "HarmfulVsEthical.jsonl") }],
        optionsSchema.parse({ columns: { text: "prompt" } }),
      ),
    ).rejects.toThrow(/unknown column "label".*Known: prompt, corrects, incorrects/);
  },
);
