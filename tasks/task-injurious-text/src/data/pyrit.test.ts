import { packageFolder } from "lat-system";
import { expect, test } from "vitest";
import { folderWith } from "../../testing.ts";
import { pyritPackage } from "./packages.ts";
import { loadPyrit } from "./pyrit.ts";

const harm = "pyrit/datasets/scorer_evals/harm";

test("reads responses with the mean of all their scores, each once, and leaves out those to several requests", async () => {
  const folder = folderWith({
    [`${harm}/a.csv`]:
      '# version,,\nharm_category,objective,assistant_response,human_score_1,human_score_2\nx,Ask ,"one\n line",1,0\nx,ask,two,0,0.5\nx,ask,both,1,1\n',
    [`${harm}/b.csv`]: "objective,assistant_response,human_score\nask,one line,0\nother,both,1\nother,three,1\n",
    [`${harm}/a_metrics.jsonl`]: "{}",
  });
  expect(await loadPyrit(folder)).toEqual([
    { text: "one line", harmful: false, group: "ask" },
    { text: "two", harmful: false, group: "ask" },
    { text: "three", harmful: true, group: "other" },
  ]);
});

test("names a score that is none, and columns that are missing", async () => {
  const header = "objective,assistant_response,human_score\n";
  await expect(loadPyrit(folderWith({ [`${harm}/a.csv`]: `${header}a,b,NaN\n` }))).rejects.toThrow(
    /a\.csv, line 2, column "human_score": expected a score from 0 to 1; found "NaN"/,
  );
  await expect(loadPyrit(folderWith({ [`${harm}/a.csv`]: "objective,assistant_response\na,b\n" }))).rejects.toThrow(
    /expected columns human_score…; found none/,
  );
});

function fetched(): string | undefined {
  try {
    return packageFolder(pyritPackage);
  } catch {
    return undefined;
  }
}

test.skipIf(!fetched())("the package holds the known numbers (skipped until it is fetched)", async () => {
  const texts = await loadPyrit(fetched()!);
  const groups = new Set(texts.map(({ group }) => group));
  expect([texts.length, texts.filter(({ harmful }) => harmful).length, groups.size]).toEqual([970, 531, 385]);
});
