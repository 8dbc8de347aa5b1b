import { readFileSync, writeFileSync } from "node:fs";
import { packageFolder } from "lat-system";
import { expect, test } from "vitest";
import { EACH, madeEmoji } from "../testing/made-emoji.ts";
import { emojiClasses, emojiFiles } from "./emoji.ts";
import { googlePackage, twitterPackage } from "./packages.ts";

test("finds both drawings of every emoji that belongs to a class, under one group", async () => {
  const { packageFolder: made } = await madeEmoji();
  const files = await emojiFiles(made("emoji-google"), made("emoji-twitter"));
  // The first emoji of each category has no drawing by the second artist, and one category is no class.
  expect(files).toHaveLength(12 * (2 * EACH - 1));
  for (const label of emojiClasses.keys()) {
    expect(files.filter((file) => file.label === label)).toHaveLength(2 * EACH - 1);
  }
  const [google, twitter] = files.filter(({ group }) => group === "1F001");
  expect(google).toMatchObject({ name: "google/1f001.png", label: 0, words: ["small", "thing"] });
  expect(twitter).toMatchObject({ name: "twitter/1f001.png", label: 0 });
});

test("the mirror image of an emoji is in its group", async () => {
  const { packageFolder: made } = await madeEmoji();
  const google = made("emoji-google");
  const list = JSON.parse(readFileSync(`${google}/emoji.json`, "utf8"));
  writeFileSync(
    `${google}/emoji.json`,
    JSON.stringify([list[0], { ...list[1], unified: `${list[0].unified}-200D-27A1-FE0F` }]),
  );
  const files = await emojiFiles(google, made("emoji-twitter"));
  expect(new Set(files.map(({ group }) => group))).toEqual(new Set(["1F000"]));
});

test("a list of another shape is answered with the file and what is wrong", async () => {
  const { packageFolder: made } = await madeEmoji();
  const google = made("emoji-google");
  writeFileSync(`${google}/emoji.json`, JSON.stringify([{ name: "X" }]));
  await expect(emojiFiles(google, made("emoji-twitter"))).rejects.toThrow(/emoji\.json is not a list of emoji/);
});

const fetched = (() => {
  try {
    return [googlePackage, twitterPackage].map(packageFolder);
  } catch {
    return undefined;
  }
})();

test.skipIf(!fetched)("the packages hold the known numbers (skipped until they are fetched)", async () => {
  const files = await emojiFiles(fetched![0]!, fetched![1]!);
  const counts = emojiClasses.map((name, label) => [name, files.filter((file) => file.label === label).length]);
  expect(Object.fromEntries(counts)).toEqual({
    animal: 260,
    building: 66,
    clock: 62,
    clothing: 94,
    face: 260,
    flag: 518,
    food: 208,
    hand: 86,
    person: 576,
    sign: 448,
    sky: 94,
    vehicle: 144,
  });
});
