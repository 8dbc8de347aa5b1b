import { compile, type Tensor, tf, valueAndGradients } from "lat-tensorflow";
import { type Ball, ball } from "../ball/ball.ts";
import type { Spread } from "../ball/norm.ts";
import type { AttackConfig } from "../configuration/config.ts";
import { entriesOf } from "../model/entries.ts";
import type { Site, State, Tensors } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { type Perturbations, prefix, suffix } from "../model/run.ts";
import { objectives, type PerExample, perExample } from "../objective/objective.ts";
import { boxOf, checkRange } from "./range.ts";
import { relativeStep } from "./reach.ts";
import { ascentRule, type Moments } from "./rule.ts";
import { type StartDraws, startPoint } from "./start.ts";

/** Where the ascent is: δ at every site and what the rule remembers of it. A tree of tensors. */
export interface Iterate {
  readonly perturbations: Perturbations;
  readonly moments: Readonly<Record<string, Moments>>;
}

/** What one ascent reports, as tensors: the objective of each example before it and their mean, and shares over all balls. */
export interface AscentReport {
  readonly values: Tensor;
  readonly mean: Tensor;
  readonly shares: Tensor;
}

/** A perturbation counts as on the boundary from this share of ε. */
const ON_BOUNDARY = 0.99;

/**
 * The compiled parts of the inner maximisation over δ at `sites`, the first of which splits the network in f_θ1 and g_θ2:
 * the prefix runs once for a batch, and an ascent is one forward and one backward pass of the suffix, to δ alone.
 */
export function ascent(network: Network, sites: readonly Site[], config: AttackConfig) {
  const { model, maskKey } = network;
  const options = { xla: model.xla };
  const first = sites[0]!;
  const objective = objectives[config.objective];
  const rule = ascentRule(config);
  const published = config.behaviour === "published";
  checkRange(sites, config.range);

  const ballAt = (site: Site, state: State): Ball => {
    const masked = site.tokens && maskKey && !published;
    return ball(
      config.norm,
      config.scope,
      masked ? entriesOf(state, `the state at ${first.name}`)[maskKey] : undefined,
    );
  };

  function objectiveOf(parameters: Tensors, state: State, perturbations: Perturbations): PerExample {
    const output = suffix(model, parameters, state, first, perturbations, config.batchNorm);
    return perExample(network, objective, output, state);
  }

  /** The nearest δ that is in the ball, within the range and zero on padding, all at once. */
  function inside(site: Site, state: State, delta: Tensor, epsilon: Tensor): Tensor {
    const around = ballAt(site, state);
    const box = boxOf(site, state[site.key]!, config.range);
    if (!published || !box) return around.project(delta, epsilon, box);
    // The authors' code scales, then clamps: inside of both, but not the nearest such point.
    return tf.minimum(tf.maximum(around.project(delta, epsilon), box.low), box.high);
  }

  function spreadOf(site: Site, state: State, delta: Tensor): Spread {
    const box = boxOf(site, state[site.key]!, config.range);
    const room = box && { low: tf.sub(box.low, delta), high: tf.sub(box.high, delta) };
    return { share: config.topShare, room };
  }

  function stepSize(epsilon: Tensor): Tensor {
    const relative = relativeStep(config);
    return relative === undefined ? tf.scalar(config.stepSize as number) : tf.mul(epsilon, relative);
  }

  const runPrefix = compile(
    (parameters: Tensors, batch: State): State => prefix(model, parameters, batch, first, config.batchNorm),
    { name: "prefix", ...options },
  );

  const start = compile(
    (state: State, draws: Readonly<Record<string, StartDraws>>, epsilon: Tensor): Iterate => ({
      perturbations: bySite(sites, (site) => {
        const point = startPoint(config.start, ballAt(site, state), draws[site.name]!, epsilon);
        return inside(site, state, point, epsilon);
      }),
      moments: bySite(sites, (site) =>
        Object.fromEntries(rule.keys.map((key) => [key, tf.zerosLike(draws[site.name]!.normal)])),
      ),
    }),
    { name: "start", ...options },
  );

  /** δ ← Π(δ + η · direction(∇_δ objective)). `number` counts ascents from 1. */
  const ascend = compile(
    (parameters: Tensors, state: State, { perturbations, moments }: Iterate, epsilon: Tensor, number: Tensor) => {
      const terms = (): { value: Tensor; auxiliary: { values: Tensor } } => {
        const { sums, weights } = objectiveOf(parameters, state, perturbations);
        const values = tf.div(sums, tf.maximum(weights, 1));
        // The authors' code differentiates the mean over all positions of the batch, which their +1e-6 makes visible.
        return { value: published ? tf.div(sums, tf.maximum(tf.sum(weights), 1)) : values, auxiliary: { values } };
      };
      const { auxiliary, gradients } = valueAndGradients(terms, perturbations);
      const { values } = auxiliary;
      const moving = config.stopAtLoss === null ? undefined : tf.cast(tf.less(values, config.stopAtLoss), "float32");

      const moved = sites.map((site) => {
        const { gradient, nonFinite } = finite(gradients[site.name]!);
        const around = ballAt(site, state);
        const at = { ball: around, ascent: number, spread: spreadOf(site, state, perturbations[site.name]!) };
        const { direction, moments: next } = rule.direction(gradient, moments[site.name]!, at);
        const step = tf.mul(direction, stepSize(epsilon));
        const delta = tf.add(perturbations[site.name]!, moving ? tf.mul(step, alongExamples(moving, step)) : step);
        const projected = inside(site, state, delta, epsilon);
        const real = tf.cast(tf.greater(around.dimensions(projected), 0), "float32");
        const share = (condition: Tensor): Tensor =>
          tf.div(tf.sum(tf.mul(tf.cast(condition, "float32"), real)), tf.sum(real));
        const shares = tf.stack([
          share(tf.equal(around.norm(gradient), 0)),
          tf.mean(nonFinite),
          share(tf.greaterEqual(around.norm(projected), tf.mul(epsilon, ON_BOUNDARY))),
        ]);
        return { site, projected, next, shares };
      });
      const iterate: Iterate = {
        perturbations: Object.fromEntries(moved.map(({ site, projected }) => [site.name, projected])),
        moments: Object.fromEntries(moved.map(({ site, next }) => [site.name, next])),
      };
      const report: AscentReport = {
        values,
        mean: tf.mean(values),
        shares: tf.mean(tf.stack(moved.map(({ shares }) => shares)), 0),
      };
      return { iterate, report };
    },
    { name: "ascend", ...options },
  );

  /** The state with the targets that its examples are aimed at. */
  const aim = compile(
    (parameters: Tensors, state: State, uniform: Tensor): State => {
      const output = suffix(model, parameters, state, first, {}, config.batchNorm);
      return { ...state, targets: network.targets!(config.targets, output, state, uniform) };
    },
    { name: "aim", ...options },
  );

  /** The objective of each example at δ, by a forward pass alone. */
  const assess = compile(
    (parameters: Tensors, state: State, perturbations: Perturbations): Tensor => {
      const { sums, weights } = objectiveOf(parameters, state, perturbations);
      return tf.div(sums, tf.maximum(weights, 1));
    },
    { name: "assess", ...options },
  );

  /** For each example, whichever of two perturbations has the larger objective. */
  const better = compile(
    (a: { perturbations: Perturbations; values: Tensor }, b: { perturbations: Perturbations; values: Tensor }) => {
      const second = tf.cast(tf.greater(b.values, a.values), "float32");
      const choose = (x: Tensor, y: Tensor): Tensor => {
        const chosen = alongExamples(second, x);
        return tf.add(tf.mul(x, tf.sub(1, chosen)), tf.mul(y, chosen));
      };
      return {
        perturbations: bySite(sites, ({ name }) => choose(a.perturbations[name]!, b.perturbations[name]!)),
        values: choose(a.values, b.values),
      };
    },
    { name: "better", ...options },
  );

  const functions = { prefix: runPrefix, aim, start, ascend, assess, better };
  return { ...functions, release: () => Object.values(functions).forEach((f) => void f.release()) };
}
export type Ascent = ReturnType<typeof ascent>;

function bySite<T>(sites: readonly Site[], make: (site: Site) => T): Record<string, T> {
  return Object.fromEntries(sites.map((site) => [site.name, make(site)]));
}

/** [example] shaped to broadcast over the rest of x. */
function alongExamples(perExample: Tensor, x: Tensor): Tensor {
  return tf.reshape(perExample, [-1, ...Array<number>(x.rank - 1).fill(1)]);
}

/** The gradient with every example that has a NaN or an infinity in it set to zero, and which those are. */
function finite(gradient: Tensor): { gradient: Tensor; nonFinite: Tensor } {
  const axes = Array.from({ length: gradient.rank - 1 }, (_, i) => i + 1);
  const elements = tf.cast(tf.isFinite(gradient), "float32");
  const whole = tf.min(elements, axes, true);
  return {
    gradient: tf.mul(tf.where(tf.isFinite(gradient), gradient, tf.zerosLike(gradient)), whole),
    nonFinite: tf.sub(1, whole),
  };
}
