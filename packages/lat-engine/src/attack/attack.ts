import { disposeAll, type Tensor, tf } from "lat-tensorflow";
import type { AttackConfig } from "../configuration/config.ts";
import type { Site, State, Tensors } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { type Perturbations, prefix } from "../model/run.ts";
import { type AscentReport, ascent, type Iterate } from "./ascent.ts";
import { columnMeans } from "./diagnostics.ts";
import { type DrawContext, drawStart } from "./start.ts";

/** What one attack on one batch did, on the host. */
export interface AttackReport {
  /** Mean objective over the examples where the attack started, then after each ascent but the last. */
  readonly values: readonly number[];
  /** Shares of zero gradients and of gradients that are not finite, over all ascents, and of δ on the boundary at the end. */
  readonly shares: readonly [zeroGradient: number, nonFiniteGradient: number, boundary: number];
}

export interface AttackResult {
  readonly perturbations: Perturbations;
  /** Of the first restart; absent when there were no ascents. */
  readonly report: AttackReport | undefined;
}

/** The inner maximisation: max over ‖δ‖ ≤ ε of the objective, by projected gradient ascent. */
export interface Attack {
  /**
   * Algorithm 1, inner loop. The caller owns the perturbations.
   *
   * @param epsilon scalar tensor
   */
  run(parameters: Tensors, batch: State, epsilon: Tensor, draws: DrawContext): AttackResult;
  release(): void;
}

export function attack(network: Network, sites: readonly Site[], config: AttackConfig): Attack {
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
    let iterate = tf.tidy(() => {
      const random = sites.map((site) => [site.name, drawStart(site, shapes.get(site)!, config.scope, restart, draws)]);
      return parts.start(state, Object.fromEntries(random), epsilon) as Iterate & Record<string, never>;
    }) as Iterate;
    for (let t = 1; t <= config.steps; t++) {
      const number = tf.scalar(t);
      const next = parts.ascend(parameters, state, iterate, epsilon, number);
      visit(iterate, next.report);
      disposeAll(iterate, number, next.report);
      iterate = next.iterate;
    }
    return iterate;
  }

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
    run(parameters, batch, epsilon, draws) {
      const state = parts.prefix(parameters, batch);
      const shapes = siteShapes(parameters, batch, state);
      const reports: number[][] = [];
      let best: { perturbations: Perturbations; values: Tensor } | undefined;
      const keep = (candidate: { perturbations: Perturbations; values: Tensor }): void => {
        const next = best ? parts.better(best, candidate) : (tf.tidy(() => cloned(candidate)) as typeof candidate);
        disposeAll(best);
        best = next;
      };
      let last: Iterate | undefined;
      for (let restart = 0; restart < config.restarts; restart++) {
        last = climb(parameters, state, shapes, epsilon, draws, restart, ({ perturbations }, { values, shares }) => {
          if (config.iterate === "best") keep({ perturbations, values });
          if (restart === 0) reports.push([mean(values), ...(shares.dataSync() as Float32Array)]);
        });
        if (chooses) {
          const values = parts.assess(parameters, state, last.perturbations);
          keep({ perturbations: last.perturbations, values });
          disposeAll(values, last);
        }
      }
      disposeAll(state);
      if (!chooses) disposeAll(last!.moments);
      disposeAll(best?.values);
      return { perturbations: chooses ? best!.perturbations : last!.perturbations, report: summary(reports) };
    },
    release: parts.release,
  };
}

function cloned({ perturbations, values }: { perturbations: Perturbations; values: Tensor }) {
  return {
    perturbations: Object.fromEntries(Object.entries(perturbations).map(([name, delta]) => [name, tf.clone(delta)])),
    values: tf.clone(values),
  } as never;
}

function mean(values: Tensor): number {
  const numbers = values.dataSync() as Float32Array;
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function summary(reports: readonly number[][]): AttackReport | undefined {
  const last = reports.at(-1);
  if (!last) return undefined;
  const [, zeroGradient, nonFiniteGradient] = columnMeans(reports);
  return { values: reports.map(([value]) => value!), shares: [zeroGradient!, nonFiniteGradient!, last[3]!] };
}
