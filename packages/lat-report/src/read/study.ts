import type { Metric, RunSummary, Sample, StepRecord } from "lat-engine/records";

/** How a folder came to be: what its `sweep.json` or `meta.json` says. */
export interface Provenance {
  readonly description?: string | undefined;
  /** The preset's own statement: command, wall time, hardware, figures to expect. */
  readonly header?: string | undefined;
  readonly command: string;
  readonly device: {
    readonly computesOn: "cpu" | "gpu";
    readonly cpu: string;
    readonly threads: number;
    readonly memoryBytes: number;
  };
  readonly versions: Readonly<Record<string, string>>;
  /** Of the sources that ran; null outside a repository. */
  readonly gitRevision: string | null;
  /** ISO 8601. */
  readonly started: string;
}

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
