import type { Observer, Phase } from "../records/observer.ts";

/** An observer that remembers what it was told. */
export interface Recorder extends Observer {
  readonly phases: string[];
  readonly logs: string[];
}

/** @param onProgress called at every progress of a phase, from 1 */
export function recorder(onProgress: (phase: Phase, done: number) => void = () => {}): Recorder {
  const phases: string[] = [];
  const logs: string[] = [];
  let current: Phase = "prepare";
  return {
    phases,
    logs,
    phase(phase, label) {
      current = phase;
      phases.push(`${phase}: ${label}`);
    },
    progress: (done) => onProgress(current, done),
    log: (level, message) => logs.push(`${level}: ${message}`),
  };
}
