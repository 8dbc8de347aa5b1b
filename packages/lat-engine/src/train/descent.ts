import { compile, type Tensor, tf, valueAndGradients } from "lat-tensorflow";
import type { AttackConfig, TrainConfig } from "../configuration/config.ts";
import { nextStatistics, parameterNames, type State, type Tensors } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { forward, type Perturbations } from "../model/run.ts";
import { objectives, type PerExample, perExample } from "../objective/objective.ts";
import { clippedMean, mapTensors, type Optimizer, type OptimizerState } from "./optimizer.ts";

/** Sums over examples, so that micro-batches and machines add up to exactly the larger batch. */
export interface GradientSums {
  readonly gradients: Tensors;
  /** Σ weight · loss and Σ weight over all positions. */
  readonly loss: Tensor;
  readonly weight: Tensor;
  /** The running statistics after the micro-batches so far; they follow one another and are not summed. */
  readonly statistics: Tensors;
  /** Mean over the micro-batch's examples (of sums over several: the last one's) of the attack's objective at δ; absent without an attack. */
  readonly attackValue?: Tensor;
}

export interface Updated {
  readonly parameters: Tensors;
  readonly state: OptimizerState;
  readonly loss: Tensor;
  readonly gradientNorm: Tensor;
}

/**
 * The compiled parts of the outer minimisation. Both halves are pure: `gradientSums` depends on one micro-batch, `apply`
 * on sums and state alone, and an all-reduce fits in between. As one function they would be no faster, and hold the
 * activations and the next parameters at the same time.
 */
export function descent(network: Network, optimizer: Optimizer, train: TrainConfig, attack: AttackConfig) {
  const { model } = network;
  const objective = objectives[attack.objective];
  const options = { xla: model.xla };

  const sameNetwork = attack.batchNorm === train.batchNorm || parameterNames(model, "statistic").length === 0;
  /** Whether the attack's objective at δ comes with the loss: on the network that it ascended on, and not at targets of its own. */
  const measuresAttack = sameNetwork && !(attack.objective === "targeted" && network.targets);
  const published = attack.behaviour === "published";

  /** d/dθ Σ loss, on activations perturbed by δ (and on clean ones, for the rest of `adversarialShare`). */
  function sums(parameters: Tensors, batch: State, perturbations: Perturbations): GradientSums {
    const attacked = Object.keys(perturbations).length > 0;
    const lossOf = (output: State): PerExample => perExample(network, objectives.untargeted, output, batch);
    const losses = () => {
      const output = forward(model, parameters, batch, perturbations, train.batchNorm);
      const { sums: value, weights } = lossOf(output);
      const statistics = nextStatistics(model, output);
      if (!attacked) return { value, auxiliary: { weights, ...statistics } };
      const reached = measuresAttack ? { attackValue: meanOf(perExample(network, objective, output, batch)) } : {};
      if (attack.adversarialShare === 1) return { value, auxiliary: { weights, ...reached, ...statistics } };
      const clean = forward(model, { ...parameters, ...statistics }, batch, {}, train.batchNorm);
      return {
        value: tf.add(tf.mul(value, attack.adversarialShare), tf.mul(lossOf(clean).sums, 1 - attack.adversarialShare)),
        auxiliary: { weights, ...reached, ...nextStatistics(model, clean) },
      };
    };
    const trained = Object.fromEntries(optimizer.trained.map((name) => [name, parameters[name]!]));
    const { value, auxiliary, gradients } = valueAndGradients<string, string>(losses, trained);
    const { weights, attackValue } = auxiliary;
    const statistics = nextStatistics(model, auxiliary);
    const total = { gradients, loss: tf.sum(value), weight: tf.sum(weights!), statistics };
    const own = published ? asMean(total) : total;
    return attackValue ? { ...own, attackValue } : own;
  }

  function apply(
    parameters: Tensors,
    state: OptimizerState,
    total: Omit<GradientSums, "attackValue">,
    learningRate: Tensor,
    step: Tensor,
  ): Updated {
    const { gradients, norm } = clippedMean(total.gradients, total.weight, train.clip);
    const next = optimizer.apply(parameters, state, gradients, learningRate, step);
    return {
      parameters: { ...parameters, ...next.parameters, ...total.statistics },
      state: next.state,
      loss: tf.div(total.loss, total.weight),
      gradientNorm: norm,
    };
  }

  const functions = {
    gradientSums: compile(sums, { name: "gradientSums", ...options }),
    accumulate: compile((total: GradientSums, next: GradientSums) => accumulate(total, next, false), {
      name: "accumulate",
      ...options,
    }),
    replace: compile((total: GradientSums, next: GradientSums) => accumulate(total, next, true), {
      name: "replace",
      ...options,
    }),
    apply: compile(apply, { name: "apply", ...options }),
  };
  return {
    ...functions,
    /** The sums over one micro-batch more; published code loses those gathered before an attack. */
    accumulate: (total: GradientSums, next: GradientSums, attacked: boolean): GradientSums =>
      (published && attacked ? functions.replace : functions.accumulate)(total, next),
    measuresAttack,
    release: () => Object.values(functions).forEach((f) => void f.release()),
  };
}
export type Descent = ReturnType<typeof descent>;

/** The mean over the examples of the mean over what counts of each. */
function meanOf({ sums, weights }: PerExample): Tensor {
  return tf.mean(tf.div(sums, tf.maximum(weights, 1)));
}

/**
 * The sums over one micro-batch more. The attack of the authors' code clears the gradients gathered before: of an
 * attacked step only the last micro-batch's gradient is left.
 */
function accumulate(total: GradientSums, next: GradientSums, loses: boolean): GradientSums {
  return {
    ...next,
    gradients: loses
      ? next.gradients
      : mapTensors(total.gradients, (name, gradient) => tf.add(gradient, next.gradients[name]!)),
    loss: tf.add(total.loss, next.loss),
    weight: tf.add(total.weight, next.weight),
  };
}

/** The authors' code adds means: each micro-batch weighs the same. A mean is a sum of weight 1. */
function asMean({ gradients, loss, weight, ...rest }: GradientSums): GradientSums {
  return {
    ...rest,
    gradients: mapTensors(gradients, (_, gradient) => tf.div(gradient, weight)),
    loss: tf.div(loss, weight),
    weight: tf.onesLike(weight),
  };
}
