import type { RunConfig } from "../configuration/config.ts";

export type Phase = "prepare" | "implant" | "defend" | "evaluate";

/** Told what happens while an experiment runs; the command line draws it, a library user may ignore it. */
export interface Observer {
  /** A phase of a run begins; `label` is for people (`lat ε 8 seed 0`). */
  phase(phase: Phase, label: string): void;
  /** How far the current phase is; `detail` is for people (`loss 4.21`). */
  progress(done: number, total: number, detail: string): void;
  log(level: "info" | "warn" | "error", message: string): void;
  /** The runs of a sweep that are not done, before each of them: the first is done next. */
  remaining?(runs: readonly RunConfig[]): void;
}

/** An observer that says nothing, for programs that only want the result. */
export const silent: Observer = { phase: () => {}, progress: () => {}, log: () => {} };
