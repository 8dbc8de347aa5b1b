import type { Observer } from "lat-engine/experiment";
import type { RunConfig } from "lat-engine/records";

type Phase = Parameters<Observer["phase"]>[0];

/** How long the rest of a sweep will take, from what its runs took so far. */
export type SweepClock = Required<Pick<Observer, "remaining" | "phase" | "progress">> & {
  /** Seconds until the last run is done; undefined while too little is known. */
  secondsLeft(): number | undefined;
};

interface Measured {
  readonly phase: Phase;
  /** Of the run; undefined for the network before the defence, whose evaluation takes as long as a run's. */
  readonly run: RunConfig | undefined;
  readonly seconds: number;
  /** How much of the phase that was, from 0 to 1. */
  readonly share: number;
}

/**
 * Training is told by the seconds of runs with the same method, or scaled from other methods by the passes that a step
 * takes: one, and one more for each step of the attack. An evaluation takes as long for every network.
 */
export function sweepClock(): SweepClock {
  const past: Measured[] = [];
  let left: readonly RunConfig[] = [];
  let current: { phase: Phase; run: RunConfig | undefined; started: number; at: number; share: number } | undefined;
  const soFar = (): Measured[] =>
    current ? [{ ...current, seconds: (current.at - current.started) / 1000 }, ...past] : past;
  const end = (): void => {
    if (current) past.push(soFar()[0]!);
    current = undefined;
  };

  function trainingSeconds(run: RunConfig): number | undefined {
    const trained = soFar().filter(({ phase, run, share }) => phase === "defend" && run && share > 0);
    const alike = trained.filter((one) => one.run!.method === run.method && one.run!.attack.steps === run.attack.steps);
    const known = alike.length > 0 ? alike : trained;
    return meanOf(known.map((one) => (one.seconds / one.share) * (passes(run) / passes(one.run!))));
  }
  const evaluationSeconds = (): number | undefined =>
    meanOf(
      soFar()
        .filter(({ phase, share }) => phase === "evaluate" && share > 0)
        .map(({ seconds, share }) => seconds / share),
    );

  return {
    remaining(runs) {
      end();
      left = runs;
    },
    phase(phase) {
      // Training that an evaluation follows is whole, also where patience ended it before its last step.
      if (current?.phase === "defend" && phase === "evaluate") current.share = 1;
      end();
      const now = performance.now();
      current = { phase, run: left[0], started: now, at: now, share: 0 };
    },
    progress(done, total) {
      if (current && total > 0) Object.assign(current, { at: performance.now(), share: done / total });
    },
    secondsLeft() {
      const [now] = left;
      if (!now || !current) return undefined;
      const evaluation = evaluationSeconds();
      if (evaluation === undefined) return undefined;
      let sum = 0;
      for (const run of left) {
        const training = trainingSeconds(run);
        if (training === undefined) return undefined;
        if (run !== now) sum += training + evaluation;
        else if (current.phase === "evaluate") sum += (1 - current.share) * evaluation;
        else sum += (1 - current.share) * training + evaluation;
      }
      return sum;
    },
  };
}

function passes({ attack, method }: RunConfig): number {
  return method === "ft" ? 1 : 1 + attack.steps;
}

function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
