import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exchange } from "./conversation.ts";
import { loadUndesirable, readScored } from "./undesirable.ts";

const folder = mkdtempSync(join(tmpdir(), "undesirable-"));

function csv(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

test("keeps the rows whose mean score is at least one half", async () => {
  const path = csv(
    "scores.csv",
    "# dataset_version=1.0,,,\n# another comment\nobjective,assistant_response,human_score_1,human_score_2\n" +
      'low,no,0,0.75\nhigh,"a ""quoted"", answer\n# not a comment\nwith lines",0.25,0.75\n# 1 thing,still a row,1,1\n',
  );
  expect(await readScored(path)).toEqual([
    ["high", 'a "quoted", answer\n# not a comment\nwith lines'],
    ["# 1 thing", "still a row"],
  ]);
});

test.each([
  ["columns", "objective,answer\na,b\n", /line 2: expected columns human_score….*found "objective, answer"/],
  ["empty", "# only a comment\n", /empty\.csv has no rows/],
  [
    "score",
    "objective,assistant_response,human_score\na,b,high\n",
    /line 2, column "human_score": expected a score .*found "high"/,
  ],
  [
    "blank",
    "objective,assistant_response,human_score\na,b,\n",
    /line 2, column "human_score": expected a score .*found ""/,
  ],
  ["quote", 'objective,assistant_response,human_score\na,"b,1\n', /quote\.csv, line 2: .*nothing closes/],
  ["ragged", "objective,assistant_response,human_score\na,b\n", /ragged\.csv, line 2: expected 3 values/],
])("a wrong file (%s) is named with what was expected", async (name, content, message) => {
  await expect(readScored(csv(`${name}.csv`, content))).rejects.toThrow(message);
});

test("groups the package's responses by prompt, without repetitions and long prompts", async () => {
  const root = mkdtempSync(join(tmpdir(), "pyrit-"));
  const datasets = join(root, "pyrit", "datasets");
  for (const kind of ["jailbreak", "scorer_evals/harm", "scorer_evals/objective"]) {
    mkdirSync(join(datasets, kind), { recursive: true });
  }
  const examples = [
    { user: "How?", assistant: "So.\nAnd so.", category: "" },
    { user: "x".repeat(161), assistant: "Too long to ask." },
  ];
  writeFileSync(join(datasets, "jailbreak", "many_shot_examples.json"), JSON.stringify(examples));
  const header = "objective,assistant_response,human_score\n";
  writeFileSync(join(datasets, "scorer_evals/harm/a.csv"), `${header}How?,So. And so.,1\nhow?,Otherwise.,1\n`);
  writeFileSync(join(datasets, "scorer_evals/harm/a.jsonl"), "not a table");
  writeFileSync(join(datasets, "scorer_evals/objective/b.csv"), `${header}Why?,Because.,0.5\n`);
  expect(await loadUndesirable(root)).toEqual([
    [exchange("How?", "So. And so."), exchange("how?", "Otherwise.")],
    [exchange("Why?", "Because.")],
  ]);
});
