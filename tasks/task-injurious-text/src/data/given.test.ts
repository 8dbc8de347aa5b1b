import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { folderWith } from "../../testing.ts";
import { optionsSchema } from "../options.ts";
import { readTexts } from "./given.ts";
import { balance } from "./split.ts";

const read = (content: string, options: object = {}, name = "a.csv") =>
  readTexts(join(folderWith({ [name]: content }), name), optionsSchema.parse(options));

test("reads texts with scores, each once, and every one its own group", async () => {
  const { texts, splits } = await read("text,label\none,0.5\ntwo,0.49\none,1\n");
  expect(texts).toMatchObject([
    { text: "one", harmful: true, group: "one" },
    { text: "two", harmful: false, group: "two" },
  ]);
  expect(splits).toBeUndefined();
});

test("reads other columns, labels in words, groups and splits", async () => {
  const { texts, splits } = await read(
    '{"t": "a", "l": "bad", "g": 1, "s": "train"}\n{"t": "b", "l": "fine", "g": 1, "s": "train"}\n{"t": "c", "l": "bad", "g": 2, "s": "test"}\n',
    { columns: { text: "t", label: "l", group: "g", split: "s" }, harmful: ["bad"] },
    "a.jsonl",
  );
  expect(texts.map(({ harmful, group }) => [harmful, group])).toEqual([
    [true, "1"],
    [false, "1"],
    [true, "2"],
  ]);
  expect([splits!.train.length, splits!.validation.length, splits!.test.length]).toEqual([2, 0, 1]);
});

test("refuses a group in two splits, with both places", async () => {
  const columns = { group: "group", split: "split" };
  await expect(read("text,label,group,split\na,1,x,train\nb,0,y,train\nc,0,x,test\n", { columns })).rejects.toThrow(
    /the group "x" is in two splits: train \(.*row 1\) and test \(.*row 3\)/,
  );
  await expect(read("text,label,split\na,1,train\na,1,test\n", { columns: { split: "split" } })).rejects.toThrow(
    /the group "a" is in two splits/,
  );
});

test("refuses unknown columns and splits, and one text with two labels", async () => {
  await expect(read("text,score\na,1\n")).rejects.toThrow(/unknown column "label".*Known: text, score/);
  await expect(read("text,label,split\na,1,tset\n", { columns: { split: "split" } })).rejects.toThrow(
    /row 1: unknown split "tset"; did you mean "test"\? Known: train, validation, test/,
  );
  await expect(read("text,label\na,1\nb,0\na,0\n")).rejects.toThrow(
    /row 3: the text of .*row 1 again, with another label/,
  );
});

const shared = resolve(import.meta.dirname, "../../../../../shared/data/text");
const isThere = existsSync(shared);

test.skipIf(!isThere)("reads published sets of comments (skipped without ../shared/data/text)", async () => {
  const toxicity = await readTexts(
    join(shared, "toxicity_en.train800.csv"),
    optionsSchema.parse({ columns: { label: "is_toxic" }, harmful: ["Toxic"] }),
  );
  expect(toxicity.texts.length).toBeGreaterThan(790);
  expect(balance(toxicity.texts, 0, "all").length).toBeGreaterThan(780);
  const tweets = await readTexts(
    join(shared, "davidson_labeled_data.csv"),
    optionsSchema.parse({ columns: { text: "tweet", label: "class" }, harmful: [0, 1] }),
  );
  expect(tweets.texts.length).toBeGreaterThan(24_000);
  expect(tweets.texts.filter(({ harmful }) => harmful).length).toBeGreaterThan(20_000);
});

test.skipIf(!isThere)(
  "answers dialogues without scores with the columns that there are (skipped likewise)",
  async () => {
    await expect(
      readTexts(
        join(shared, "constitutional", "HarmfulVsEthical.jsonl"),
        optionsSchema.parse({ columns: { text: "prompt" } }),
      ),
    ).rejects.toThrow(/unknown column "label".*Known: prompt, corrects, incorrects/);
  },
);
