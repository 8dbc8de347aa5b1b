import { groupBy } from "lat-system";
import type { Block } from "../document/document.ts";
import type { Analysis } from "../statistics/analysis.ts";
import { formatEstimate } from "../statistics/format.ts";
import { metricPhrase } from "../statistics/metric-name.ts";
import { advantage } from "../statistics/pareto.ts";
import { apart } from "../statistics/resistance.ts";
import { settingLabel } from "../statistics/settings.ts";

/** What a reader must know before the figures: runs without figures, weak attacks, settings that made things worse. */
export function problems(analysis: Analysis): Block[] {
  const lists: [title: string, items: string[]][] = [
    ["Runs that did not complete, and so are in no mean", incompleteRuns(analysis)],
    ["Attacks to be doubted", attackWarnings(analysis)],
    ["Worse than before the defence", entrenched(analysis)],
  ];
  return lists.filter(([, items]) => items.length > 0).map(([title, items]) => ({ type: "warning", title, items }));
}

function incompleteRuns({ study, settings }: Analysis): string[] {
  const listed = settings.flatMap(({ label, runs }) =>
    runs
      .filter(({ summary }) => summary.status !== "complete")
      .map(
        ({ summary }) => `${label}, seed ${summary.seed}: ${summary.status}. ${summary.error ?? "No error recorded."}`,
      ),
  );
  const missing = study.missing.map(
    ({ method, epsilon, seed }) =>
      `${settingLabel(method, epsilon, null)}, seed ${seed}: the sweep was stopped before it ended; --resume goes on.`,
  );
  return [...listed, ...missing];
}

/** Runs that were warned of the same thing are named together. */
function attackWarnings({ settings }: Analysis): string[] {
  const warned = settings.flatMap(({ label, runs }) =>
    runs.flatMap(({ summary }) =>
      (summary.attack?.warnings ?? []).map((warning) => ({ warning, run: `${label} seed ${summary.seed}` })),
    ),
  );
  return [...groupBy(warned, ({ warning }) => warning)].map(
    ([warning, of]) => `${warning} (${of.map(({ run }) => run).join("; ")})`,
  );
}

/** Settings whose primary unforeseen failure is worse than before the defence, beyond both intervals. */
function entrenched({ axes, settings, implanted }: Analysis): string[] {
  const name = axes.unforeseen[0];
  const before = name === undefined ? undefined : implanted.get(name);
  if (!before) return [];
  return settings.flatMap(({ label, estimates }) => {
    const after = estimates.get(before.name);
    if (!after || advantage(after.value, before.value, after.better) >= 0) return [];
    if (!apart(after, before)) return [];
    return [`${label}: ${metricPhrase(before.name)} ${formatEstimate(after)}, before ${formatEstimate(before)}`];
  });
}
