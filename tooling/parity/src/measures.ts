import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { auroc, wilsonInterval } from "lat-engine/task";
import { readJson } from "lat-system";
import { hostRandom } from "lat-tensorflow";
import { runPython } from "./reference.ts";
import type { Row } from "./row.ts";

/** What two sums of doubles in another order may differ by. */
const BAR = 1e-9;

interface Scored {
  readonly scores: readonly number[];
  readonly positive: readonly boolean[];
}

interface Counted {
  readonly successes: number;
  readonly n: number;
}

/** AUROC beside scikit-learn and Wilson's intervals beside statsmodels, as largest differences over cases. */
export async function measureRows(python: string, scratch: string): Promise<Row[]> {
  const [problem, answers] = [join(scratch, "measures.json"), join(scratch, "measures-reference.json")];
  const [scored, counted] = [scoredCases(), countedCases()];
  await writeFile(problem, JSON.stringify({ scored, counted }));
  await runPython(python, "reference/measures.py", problem, answers);
  const reference = (await readJson(answers)) as { areas: number[]; intervals: [number, number][] };
  const areas = scored.map(({ scores, positive }) => auroc(scores, positive));
  const intervals = counted.map(({ successes, n }) => wilsonInterval(successes, n));
  const row = (what: string, ours: readonly number[], exact: readonly number[]): Row => ({
    group: "measures beside scikit-learn and statsmodels: largest difference",
    what,
    error: largestDifference(ours, exact),
    bar: BAR,
  });
  return [
    row(`AUROC in ${scored.length} cases, with ties`, areas, reference.areas),
    row(
      `Wilson's 95 % interval in ${counted.length} cases, with none and all successful`,
      intervals.flat(),
      reference.intervals.flat(),
    ),
  ];
}

/** NaN where the lengths differ. */
function largestDifference(a: readonly number[], b: readonly number[]): number {
  return a.length === b.length ? Math.max(...a.map((x, i) => Math.abs(x - b[i]!))) : Number.NaN;
}

/** Scores of several kinds for 2 to 600 cases, some of them positive and some not, from nearly none to nearly all. */
function scoredCases(): Scored[] {
  const kinds: Readonly<Record<string, (uniform: number, positive: boolean) => number>> = {
    "no ties": (uniform, positive) => uniform + (positive ? 0.3 : 0),
    "many ties": (uniform, positive) => Math.floor(5 * uniform) + (positive ? 1 : 0),
    "two scores": (uniform, positive) => Number(uniform < (positive ? 0.7 : 0.4)),
    "one score": () => 0.5,
    "hardly any difference": (uniform) => 1e6 + Math.floor(8 * uniform) / 2 ** 20,
    separated: (uniform, positive) => uniform + (positive ? 1 : -1),
    reversed: (uniform, positive) => -uniform - (positive ? 1 : -1),
  };
  return Object.entries(kinds).flatMap(([kind, score]) =>
    [2, 3, 10, 57, 600].flatMap((size) =>
      [0, 0.02, 0.5, 0.98].map((share, repeat) => {
        const { uniform } = hostRandom(repeat, `scores, ${kind}`, size);
        // The first is positive and the second is not.
        const positive = Array.from({ length: size }, (_, i) => (i < 2 ? i === 0 : uniform(i) < share));
        return { scores: positive.map((each, i) => score(uniform(size + i), each)), positive };
      }),
    ),
  );
}

function countedCases(): Counted[] {
  const { integer } = hostRandom(0, "counts");
  const random = Array.from({ length: 200 }, (_, i) => {
    const n = 1 + integer(10 ** (1 + (i % 6)), 2 * i);
    return { successes: integer(n + 1, 2 * i + 1), n };
  });
  const edges = [1, 2, 12, 200, 100_000].flatMap((n) => [0, 1, n - 1, n].map((successes) => ({ successes, n })));
  return [...random, ...edges];
}
