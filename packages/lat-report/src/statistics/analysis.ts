import type { Study } from "../read/study.ts";
import { type Axes, chooseAxes } from "./axes.ts";
import { combine, type Estimate } from "./combine.ts";
import { groupRuns, type Setting } from "./settings.ts";

/** A study with its runs grouped and its metrics combined: what every section of the report reads. */
export interface Analysis {
  readonly study: Study;
  readonly axes: Axes;
  readonly settings: readonly Setting[];
  /** The network before any defence, by metric name. */
  readonly implanted: ReadonlyMap<string, Estimate>;
  /** The pair of metrics that the main figure and the headline are about; undefined where an axis has none. */
  readonly primary: { readonly clean: string; readonly unforeseen: string } | undefined;
}

export function analyse(study: Study): Analysis {
  const axes = chooseAxes(study);
  const [clean, unforeseen] = [axes.clean[0], axes.unforeseen[0]];
  return {
    study,
    axes,
    settings: groupRuns(study.runs),
    implanted: new Map((study.implanted?.metrics ?? []).map((metric) => [metric.name, combine([metric])])),
    primary: clean !== undefined && unforeseen !== undefined ? { clean, unforeseen } : undefined,
  };
}
