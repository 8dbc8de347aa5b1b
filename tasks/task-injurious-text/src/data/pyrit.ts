import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileError, LatError, readRows, scoreOf, textOf } from "lat-system";
import { isHarmful, type LabelledText } from "./labelled-text.ts";

/**
 * The responses of the package `pyrit` that people scored for harm, grouped by the request that they answer, each text
 * once: its score is the mean over all who scored it. The few that answer several requests are left out, since they
 * would tie the splits of these together.
 */
export async function loadPyrit(folder: string): Promise<LabelledText[]> {
  const place = join(folder, "pyrit", "datasets", "scorer_evals", "harm");
  const names = await readdir(place).catch((cause) => {
    throw fileError("read", place, cause);
  });
  const responses = new Map<string, { scores: number[]; objectives: Set<string> }>();
  for (const name of names.filter((each) => each.endsWith(".csv")).sort()) {
    const path = join(place, name);
    for await (const row of readRows(path, { comments: true })) {
      const scoreColumns = Object.keys(row.cells).filter((column) => /^human_score(_\d+)?$/.test(column));
      if (scoreColumns.length === 0) throw new LatError(`${path}: expected columns human_score…; found none`);
      const text = oneLine(textOf(row, "assistant_response"));
      const response = responses.get(text) ?? { scores: [], objectives: new Set() };
      response.scores.push(...scoreColumns.map((column) => scoreOf(row, column)));
      response.objectives.add(oneLine(textOf(row, "objective")).toLowerCase());
      responses.set(text, response);
    }
  }
  return [...responses]
    .filter(([, { objectives }]) => objectives.size === 1)
    .map(([text, { scores, objectives }]) => ({ text, harmful: isHarmful(scores), group: [...objectives][0]! }));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
