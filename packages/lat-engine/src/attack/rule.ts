import { type Tensor, tf } from "lat-tensorflow";
import type { Ball } from "../ball/ball.ts";
import type { Spread } from "../ball/norm.ts";
import type { AttackConfig } from "../configuration/config.ts";

/** What a rule remembers of one site's gradients from one ascent to the next. */
export type Moments = Readonly<Record<string, Tensor>>;

/** Where an ascent starts from. */
export interface Place {
  readonly ball: Ball;
  /** The number of this ascent, from 1. */
  readonly ascent: Tensor;
  readonly spread: Spread;
}

/**
 * Turns gradients into directions of ascent, of norm 1 in the ball's own norm (0 where there is no gradient), so that a
 * step of size η moves δ by η whatever the rule. `moments` starts as zeros of the activation's shape under each key.
 */
export interface AscentRule {
  readonly keys: readonly string[];
  direction(gradient: Tensor, moments: Moments, at: Place): { direction: Tensor; moments: Moments };
}

/** Decay of the momentum rule. Source: Dong et al., "Boosting Adversarial Attacks with Momentum" (CVPR 2018), with μ < 1. */
const MOMENTUM = 0.9;
const [BETA1, BETA2, ADAM_EPSILON] = [0.9, 0.999, 1e-8];
/** What the authors' code adds to the norm of a gradient before it divides by it. */
const PUBLISHED_EPSILON = 1e-6;

export function ascentRule({ rule, behaviour }: AttackConfig): AscentRule {
  if (rule === "gradient" && behaviour === "published") return publishedGradient;
  return rules[rule];
}

const rules: Readonly<Record<AttackConfig["rule"], AscentRule>> = {
  gradient: {
    keys: [],
    direction: (gradient, moments, { ball, spread }) => ({ direction: ball.steepest(gradient, spread), moments }),
  },
  sign: {
    keys: [],
    direction: (gradient, moments, { ball }) => ({ direction: ball.direction(tf.sign(gradient)), moments }),
  },
  momentum: {
    keys: ["mean"],
    direction: (gradient, { mean }, { ball, spread }) => {
      const next = tf.add(tf.mul(mean!, MOMENTUM), ball.direction(gradient));
      return { direction: ball.steepest(next, spread), moments: { mean: next } };
    },
  },
  adam: {
    keys: ["mean", "square"],
    direction: (gradient, { mean, square }, { ball, ascent }) => {
      const m = tf.add(tf.mul(mean!, BETA1), tf.mul(gradient, 1 - BETA1));
      const v = tf.add(tf.mul(square!, BETA2), tf.mul(tf.square(gradient), 1 - BETA2));
      const unbiased = (moment: Tensor, beta: number): Tensor => tf.div(moment, tf.sub(1, tf.pow(beta, ascent)));
      const direction = tf.div(unbiased(m, BETA1), tf.add(tf.sqrt(unbiased(v, BETA2)), ADAM_EPSILON));
      return { direction: ball.direction(direction), moments: { mean: m, square: v } };
    },
  },
};

const publishedGradient: AscentRule = {
  keys: [],
  direction: (gradient, moments, { ball }) => ({
    direction: tf.div(gradient, tf.add(ball.norm(gradient), PUBLISHED_EPSILON)),
    moments,
  }),
};
