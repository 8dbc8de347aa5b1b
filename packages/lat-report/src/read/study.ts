import type { Metric, Provenance, RunSummary, Sample, StepRecord } from "lat-engine/records";

/** The network before any defence. */
export interface ImplantedRecord {
  readonly metrics: readonly Metric[];
  readonly samples: readonly Sample[];
  readonly progress: readonly StepRecord[];
  /** Undefined for a lone run, which does not record it. */
  readonly wallSeconds: number | undefined;
}

export interface StudyRun {
  readonly summary: RunSummary;
  readonly progress: readonly StepRecord[];
  readonly samples: readonly Sample[];
}

/** Everything that a report is a function of. */
export interface Study {
  readonly kind: "sweep" | "run";
  readonly task: string;
  readonly preset: string;
  readonly provenance: Provenance | undefined;
  readonly implanted: ImplantedRecord | undefined;
  readonly runs: readonly StudyRun[];
  /** Runs that the sweep was asked for and has no result of: it was stopped before they ended. */
  readonly missing: readonly MissingRun[];
}

export type MissingRun = Pick<RunSummary, "method" | "epsilon" | "seed">;
