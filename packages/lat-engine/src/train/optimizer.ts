import { squareSum, type Tensor, tf } from "lat-tensorflow";
import type { TrainConfig } from "../configuration/config.ts";
import { type Model, parameterNames, type Tensors } from "../model/model.ts";

/** What an optimizer remembers: one record of tensors, named like the trained parameters, for each moment. */
export type OptimizerState = Readonly<Record<string, Tensors>>;

/**
 * A pure function of (parameters, state, gradients). Gradients and state come and go as tensors, so that gradients from
 * several machines can be summed in between.
 */
export interface Optimizer {
  /** Names of the parameters that it trains; `apply` leaves the others out of its result. */
  readonly trained: readonly string[];
  readonly moments: readonly string[];
  /** @param step the number of this step, from 1 */
  apply(
    parameters: Tensors,
    state: OptimizerState,
    gradients: Tensors,
    learningRate: Tensor,
    step: Tensor,
  ): { parameters: Tensors; state: OptimizerState };
}

type Rule = Omit<Optimizer, "trained">;

const BETA1 = 0.9;
const ADAM_EPSILON = 1e-8;

export function optimizer(model: Model, { optimizer: kind, weightDecay, momentum, beta2 }: TrainConfig): Optimizer {
  const decayOf = (name: string): number => (model.parameters[name]!.decay ? weightDecay : 0);
  return {
    trained: parameterNames(model, "trained"),
    ...(kind === "sgd" ? sgd(momentum, decayOf) : adamw(beta2, decayOf)),
  };
}

/** Zeros for every moment of every trained parameter. */
export function initialState({ moments, trained }: Optimizer, parameters: Tensors): OptimizerState {
  const zeros = (): Tensors => Object.fromEntries(trained.map((name) => [name, tf.zerosLike(parameters[name]!)]));
  return Object.fromEntries(moments.map((moment) => [moment, zeros()]));
}

/** Source: Loshchilov, Hutter, "Decoupled Weight Decay Regularization" (ICLR 2019), algorithm 2. */
function adamw(beta2: number, decayOf: (name: string) => number): Rule {
  return {
    moments: ["mean", "square"],
    apply(parameters, state, gradients, learningRate, step) {
      const mean = mapTensors(state.mean!, (name, m) => tf.add(tf.mul(m, BETA1), tf.mul(gradients[name]!, 1 - BETA1)));
      const square = mapTensors(state.square!, (name, v) =>
        tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradients[name]!), 1 - beta2)),
      );
      const scale = tf.div(learningRate, tf.sub(1, tf.pow(BETA1, step)));
      const rootCorrection = tf.sqrt(tf.sub(1, tf.pow(beta2, step)));
      const next = mapTensors(mean, (name, m) => {
        const kept = tf.mul(parameters[name]!, tf.sub(1, tf.mul(learningRate, decayOf(name))));
        const deviation = tf.add(tf.div(tf.sqrt(square[name]!), rootCorrection), ADAM_EPSILON);
        return tf.sub(kept, tf.div(tf.mul(scale, m), deviation));
      });
      return { parameters: next, state: { mean, square } };
    },
  };
}

/** SGD with momentum, as PyTorch has it: the velocity accumulates undamped gradients, weight decay included. */
function sgd(momentum: number, decayOf: (name: string) => number): Rule {
  return {
    moments: ["velocity"],
    apply(parameters, state, gradients, learningRate) {
      const velocity = mapTensors(state.velocity!, (name, v) =>
        tf.add(tf.mul(v, momentum), tf.add(gradients[name]!, tf.mul(parameters[name]!, decayOf(name)))),
      );
      return {
        parameters: mapTensors(velocity, (name, v) => tf.sub(parameters[name]!, tf.mul(learningRate, v))),
        state: { velocity },
      };
    },
  };
}

/**
 * The mean gradient, scaled so that its global L2 norm is at most `limit` (PyTorch's clip_grad_norm_), and that norm before.
 * One factor does both, so that the gradients of all parameters are read twice and a mean is never written.
 *
 * @param sums over examples, `weight` of them in all (a scalar tensor)
 */
export function clippedMean(sums: Tensors, weight: Tensor, limit: number | null): { gradients: Tensors; norm: Tensor } {
  const squares = Object.values(sums).map(squareSum);
  const norm = tf.div(tf.sqrt(tf.addN(squares)), weight);
  const kept = limit === null ? tf.onesLike(norm) : tf.minimum(1, tf.div(limit, tf.add(norm, 1e-6)));
  const scale = tf.div(kept, weight);
  return { gradients: mapTensors(sums, (_, g) => tf.mul(g, scale)), norm };
}

export function mapTensors(tensors: Tensors, map: (name: string, tensor: Tensor) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, map(name, tensor)]));
}
