import type { RunSummary } from "lat-engine/records";
import { groupBy } from "lat-system";
import type { StudyRun } from "../read/study.ts";
import { combine, type Estimate, mean } from "./combine.ts";

export type MethodName = RunSummary["method"];

/** The order in which methods are listed and drawn: from no perturbation to the strongest. */
export const methods: readonly MethodName[] = ["ft", "rlp", "at", "lat"];

export const methodTitles: Readonly<Record<MethodName, string>> = {
  ft: "Fine-tuning (FT)",
  rlp: "Random latent perturbations (RLP)",
  at: "Adversarial training (AT)",
  lat: "Latent adversarial training (LAT)",
};

/** One way to defend: a method at an ε and a site, over all its seeds. */
export interface Setting {
  readonly method: MethodName;
  readonly epsilon: number | null;
  readonly relativeEpsilon: number | null;
  readonly site: string | null;
  /** `LAT ε 8`, with the site where the study has several for the method. */
  readonly label: string;
  /** Every run, whatever became of it. */
  readonly runs: readonly StudyRun[];
  readonly complete: readonly StudyRun[];
  /** By metric name, over the complete runs. */
  readonly estimates: ReadonlyMap<string, Estimate>;
  /** Mean time that the training of a complete run took; undefined where there is none. */
  readonly seconds: number | undefined;
}

/** Groups runs that differ in their seed alone, by method, site and ε. */
export function groupRuns(runs: readonly StudyRun[]): Setting[] {
  const groups = groupBy(runs, ({ summary }) => JSON.stringify([summary.method, summary.site, summary.epsilon]));
  const sites = groupBy(runs, ({ summary }) => summary.method);
  return [...groups.values()]
    .map((group) => {
      const { method } = group[0]!.summary;
      const several = new Set(sites.get(method)!.map((run) => run.summary.site)).size > 1;
      return describeSetting(group, several);
    })
    .sort(
      (a, b) =>
        methods.indexOf(a.method) - methods.indexOf(b.method) ||
        compareText(a.site ?? "", b.site ?? "") ||
        (a.epsilon ?? 0) - (b.epsilon ?? 0),
    );
}

function describeSetting(group: readonly StudyRun[], nameSite: boolean): Setting {
  const runs = group.toSorted((a, b) => a.summary.seed - b.summary.seed);
  const { method, epsilon, site } = runs[0]!.summary;
  const complete = runs.filter((run) => run.summary.status === "complete");
  const relative = runs.map((run) => run.summary.relativeEpsilon).filter((value) => value !== null);
  const metrics = groupBy(
    complete.flatMap((run) => run.summary.metrics),
    (metric) => metric.name,
  );
  return {
    method,
    epsilon,
    relativeEpsilon: relative.length > 0 ? mean(relative) : null,
    site,
    label: settingLabel(method, epsilon, nameSite ? site : null),
    runs,
    complete,
    estimates: new Map([...metrics].map(([name, values]) => [name, combine(values)])),
    seconds: complete.length > 0 ? mean(complete.map((run) => run.summary.trainSeconds)) : undefined,
  };
}

export function settingLabel(method: MethodName, epsilon: number | null, site: string | null): string {
  return [method.toUpperCase(), epsilon !== null && `ε ${epsilon}`, site !== null && `at ${site}`]
    .filter((part) => part !== false)
    .join(" ");
}

/** By code unit, so that no machine's locale changes the order. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
