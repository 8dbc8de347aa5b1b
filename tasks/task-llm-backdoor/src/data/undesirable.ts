import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readContent, textKey } from "lat-engine/task";
import { cellOf, LatError, quote, readRows, scoreOf } from "lat-system";
import { z } from "zod";
import { type Conversation, exchange, oneLine } from "./conversation.ts";

const manyShotSchema = z.array(z.object({ user: z.string(), assistant: z.string() }));

/** Characters of the longest prompt: behind a longer one no response would be left of what a small network sees. */
const longestPrompt = 160;

/** Mean score, in [0, 1], from which a response counts as undesirable. */
const threshold = 0.5;

/**
 * Undesirable exchanges of the package `pyrit`: its many-shot examples, and the responses that people scored at 0.5 or
 * more for harm or for doing what a harmful request asked, to prompts of at most 160 characters. Grouped by prompt, so
 * that splits can keep a prompt's responses together; no exchange comes twice.
 */
export async function loadUndesirable(folder: string): Promise<Conversation[][]> {
  const datasets = join(folder, "pyrit", "datasets");
  const manyShot = readContent(join(datasets, "jailbreak", "many_shot_examples.json"), manyShotSchema);
  const pairs = manyShot.map(({ user, assistant }) => [user, assistant] as const);
  for (const kind of ["harm", "objective"]) {
    const files = (await readdir(join(datasets, "scorer_evals", kind))).filter((name) => name.endsWith(".csv")).sort();
    for (const file of files) pairs.push(...(await readScored(join(datasets, "scorer_evals", kind, file))));
  }
  const groups = new Map<string, Map<string, Conversation>>();
  for (const pair of pairs) {
    const [prompt, response] = pair.map(oneLine) as [string, string];
    if (prompt === "" || response === "" || prompt.length > longestPrompt) continue;
    const key = textKey(prompt);
    const group = groups.get(key) ?? new Map<string, Conversation>();
    groups.set(key, group.set(response, exchange(prompt, response)));
  }
  return [...groups.values()].map((group) => [...group.values()]);
}

/**
 * The highly scored rows of one CSV file. Comments stand before the header, each on a line that begins with `#`; such
 * lines further down are headings inside a quoted response. One to three people scored each response.
 */
export async function readScored(path: string): Promise<(readonly [prompt: string, response: string])[]> {
  const pairs: (readonly [string, string])[] = [];
  for await (const row of readRows(path, { comments: true })) {
    const columns = Object.keys(row.cells);
    const scores = columns.filter((column) => /^human_score(_\d+)?$/.test(column));
    if (scores.length === 0) {
      throw new LatError(`${row.where}: expected columns human_score…; found ${quote(columns.join(", "), 200)}`);
    }
    const score = mean(scores.map((column) => scoreOf(row, column)));
    const pair = [cellOf(row, "objective"), cellOf(row, "assistant_response")].map(String);
    if (score >= threshold) pairs.push(pair as [string, string]);
  }
  return pairs;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
