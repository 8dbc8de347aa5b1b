import { disposeAll, type Tensor, tf, tidy } from "lat-tensorflow";
import { type AttackSettings, attackSchema } from "../configuration/config.ts";
import { validate } from "../configuration/validate.ts";
import type { Site, State, Tensors } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { type Perturbations, prefix } from "../model/run.ts";
import { type AscentReport, ascent, type Iterate } from "./ascent.ts";
import { type DrawContext, drawStart, drawTargets } from "./start.ts";

/** What one attack on one batch did, of its first restart. Scalar tensors, so that no ascent waits for a value to be read. */
export interface AttackReport {
  /** Mean objective over the examples where the attack started and after each ascent, the last at the δ handed over. */
  readonly values: readonly Tensor[];
  /** [3] As `attackShares` in a step's record; absent when there were no ascents. */
  readonly shares?: Tensor;
}

/** Owned by the caller. */
export interface AttackResult {
  readonly perturbations: Perturbations;
  readonly report: AttackReport;
}

export interface AttackOptions {
  /**
   * false: the last of the T + 1 values is left out, and with it a forward pass; for a caller that computes the objective
   * at δ, on the same network, anyway. Default: true.
   */
  readonly measureLast?: boolean;
}

/** The inner maximisation: max over ‖δ‖ ≤ ε of the objective, by projected gradient ascent. */
export interface Attack {
  /**
   * Algorithm 1, inner loop. Where it throws, nothing of it stays in memory.
   *
   * @param epsilon scalar tensor
   */
  run(parameters: Tensors, batch: State, epsilon: Tensor, draws: DrawContext, options?: AttackOptions): AttackResult;
  release(): void;
}

/**
 * @param settings what is left out has its default: `{ steps: 3 }`
 * @throws UsageError naming the setting that is wrong
 */
export function attack(network: Network, sites: readonly Site[], settings: AttackSettings): Attack {
  const config = validate(attackSchema, settings, "attack");
  const parts = ascent(network, sites, config);
  const chooses = config.restarts > 1 || config.iterate === "best";

  /** One restart: δ⁰, then T ascents. `visit` sees every iterate with the objective it had. */
  function climb(
    parameters: Tensors,
    state: State,
    shapes: ReadonlyMap<Site, readonly number[]>,
    epsilon: Tensor,
    draws: DrawContext,
    restart: number,
    visit: (iterate: Iterate, report: AscentReport) => void,
  ): Iterate {
    let iterate: Iterate = tidy(() => {
      const random = sites.map((site) => [site.name, drawStart(site, shapes.get(site)!, config.scope, restart, draws)]);
      return parts.start(state, Object.fromEntries(random), epsilon);
    });
    for (let t = 1; t <= config.steps; t++) {
      const number = tf.scalar(t);
      const next = parts.ascend(parameters, state, iterate, epsilon, number);
      visit(iterate, next.report);
      disposeAll(iterate, number, next.report);
      iterate = next.iterate;
    }
    return iterate;
  }

  const aimed = (parameters: Tensors, state: State, draws: DrawContext): State =>
    config.objective === "targeted" && network.targets ? parts.aim(parameters, state, drawTargets(draws)) : state;

  const known = new Map<string, Map<Site, readonly number[]>>();

  /** The shapes of the activations at the sites, from one clean pass to each for every new shape of the first. */
  function siteShapes(parameters: Tensors, batch: State, state: State): ReadonlyMap<Site, readonly number[]> {
    const [first, ...later] = sites;
    const key = String(state[first!.key]!.shape);
    const shapes = known.get(key) ?? new Map([[first!, state[first!.key]!.shape]]);
    for (const site of known.has(key) ? [] : later) {
      tf.tidy(() => void shapes.set(site, prefix(network.model, parameters, batch, site)[site.key]!.shape));
    }
    known.set(key, shapes);
    return shapes;
  }

  return {
    run: (parameters, batch, epsilon, draws, { measureLast = true } = {}) =>
      tidy(() => {
        const state = aimed(parameters, parts.prefix(parameters, batch), draws);
        const shapes = siteShapes(parameters, batch, state);
        const values: Tensor[] = [];
        const shares: Tensor[] = [];
        let best: Candidate | undefined;
        const keep = (candidate: Candidate): void => {
          const next = best ? parts.better(best, candidate) : cloned(candidate);
          disposeAll(best);
          best = next;
        };
        let last: Iterate | undefined;
        for (let restart = 0; restart < config.restarts; restart++) {
          last = climb(parameters, state, shapes, epsilon, draws, restart, ({ perturbations }, report) => {
            if (config.iterate === "best") keep({ perturbations, values: report.values });
            if (restart > 0) return;
            values.push(tf.clone(report.mean));
            shares.push(tf.clone(report.shares));
          });
          if (chooses) {
            const { perturbations } = last;
            keep({ perturbations, values: parts.assess(parameters, state, perturbations) });
            disposeAll(last);
          }
        }
        const { perturbations } = best ?? last!;
        if (measureLast) values.push(tf.mean(best?.values ?? parts.assess(parameters, state, perturbations)));
        return { perturbations, report: { values, ...(shares.length > 0 && { shares: summary(shares) }) } };
      }),
    release: parts.release,
  };
}

/** Perturbations and the objective of each example there. */
interface Candidate {
  readonly perturbations: Perturbations;
  readonly values: Tensor;
}

function cloned({ perturbations, values }: Candidate): Candidate {
  const copies = Object.entries(perturbations).map(([name, delta]) => [name, tf.clone(delta)]);
  return { perturbations: Object.fromEntries(copies) as Perturbations, values: tf.clone(values) };
}

/** Shares of zero and of non-finite gradients over all ascents, and of δ on the boundary after the last. */
function summary(shares: readonly Tensor[]): Tensor {
  return tf.concat([tf.slice(tf.mean(tf.stack([...shares]), 0), 0, 2), tf.slice(shares.at(-1)!, 2, 1)]);
}
