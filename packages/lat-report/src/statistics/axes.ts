import type { Metric } from "lat-engine/records";
import type { Study } from "../read/study.ts";

/** What a study measures, sorted for showing. */
export interface Axes {
  /** Metrics of the clean axis; the first one is the primary. */
  readonly clean: readonly Metric["name"][];
  /** Metrics of the unforeseen axis; the first one is the primary: attack success where it is measured. */
  readonly unforeseen: readonly Metric["name"][];
  /**
   * The parts of a metric by the whole's name: `attack-success-rate/alpha` of `attack-success-rate`, and `auroc/words`,
   * measured under one attack, of `auroc/worst`.
   */
  readonly parts: ReadonlyMap<string, readonly string[]>;
  readonly better: ReadonlyMap<string, Metric["better"]>;
}

export function chooseAxes(study: Study): Axes {
  const metrics = new Map<string, Metric>();
  for (const metric of [study.implanted?.metrics ?? [], ...study.runs.map((run) => run.summary.metrics)].flat()) {
    if (!metrics.has(metric.name)) metrics.set(metric.name, metric);
  }
  const wholes: Metric[] = [];
  const parts = new Map<string, string[]>();
  for (const metric of metrics.values()) {
    const whole = wholeOf(metric, metrics);
    if (whole === undefined) wholes.push(metric);
    else parts.set(whole, [...(parts.get(whole) ?? []), metric.name]);
  }
  const named = (axis: Metric["axis"]) => wholes.filter((metric) => metric.axis === axis).map((metric) => metric.name);
  const unforeseen = named("unforeseen");
  const first = unforeseen.includes("attack-success-rate") ? "attack-success-rate" : unforeseen[0];
  return {
    clean: named("clean"),
    unforeseen: first === undefined ? [] : [first, ...unforeseen.filter((name) => name !== first)],
    parts,
    better: new Map([...metrics.values()].map((metric) => [metric.name, metric.better])),
  };
}

/** The shortest measured name that a metric's is a part of. */
function wholeOf({ name, axis }: Metric, metrics: ReadonlyMap<string, Metric>): string | undefined {
  const segments = name.split("/");
  const worst = `${segments[0]}/worst`;
  if (axis === "unforeseen" && name !== worst && metrics.has(worst)) return worst;
  for (let length = 1; length < segments.length; length++) {
    const prefix = segments.slice(0, length).join("/");
    if (metrics.has(prefix)) return prefix;
  }
  return undefined;
}
