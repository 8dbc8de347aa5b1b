import {
  type AttackConfig,
  advance,
  attack,
  descent,
  forward,
  initialState,
  type MicroBatch,
  type Network,
  optimizer,
  type Perturber,
  prefix,
  resolveSites,
  suffix,
  type Tensors,
  type TrainState,
  toTensors,
} from "lat-engine";
import { compile, disposeAll, type Tensor, tf, valueAndGradients } from "lat-tensorflow";
import { type Case, drawContext, networkOf, type Problem } from "./problem.ts";

/** What a case leads to. */
export interface Outcome {
  /** Of the first micro-batch, at the parameters that the problem starts from. */
  readonly delta: Float32Array;
  /** The loss of every optimizer step of training on attacked micro-batches; empty where the case is not trained. */
  readonly losses: Float32Array;
}

export function outcome(problem: Problem, { site, attack: config, epsilon, trained }: Case): Outcome {
  const network = networkOf(problem);
  const perturber: Perturber = {
    attack: attack(network, resolveSites(network.model, [site]), config),
    epsilon: tf.scalar(epsilon),
  };
  const microBatches = microBatchesOf(problem, 0);
  const { batch, draws } = microBatches[0]!;
  const { perturbations, report } = perturber.attack.run(problem.parameters, batch, perturber.epsilon, draws);
  const delta = perturbations[site]!.dataSync() as Float32Array;
  const losses = trained ? trainingLosses(problem, network, perturber, config) : Float32Array.of();
  disposeAll(
    perturbations,
    report,
    microBatches.map(({ batch }) => batch),
    perturber.epsilon,
  );
  perturber.attack.release();
  return { delta, losses };
}

function trainingLosses(problem: Problem, network: Network, perturber: Perturber, config: AttackConfig): Float32Array {
  const rule = optimizer(network.model, problem.train);
  const parts = descent(network, rule, problem.train, config);
  const parameters = cloneAll(problem.parameters);
  let held: TrainState = { parameters, state: initialState(rule, parameters) };
  const losses = problem.batches.map((_, step) => {
    const microBatches = microBatchesOf(problem, step);
    const { record, ...next } = advance(parts, perturber, held, microBatches, problem.train.learningRate, step + 1);
    held = next;
    return record.loss;
  });
  disposeAll(held);
  parts.release();
  return Float32Array.from(losses);
}

function microBatchesOf({ batches }: Problem, step: number): MicroBatch[] {
  return batches[step]!.map((batch, micro) => ({
    batch: toTensors(batch),
    draws: drawContext(step, micro, batch.tokens!.shape[0]!),
  }));
}

/** Logits of the first micro-batch, and the gradients of the sum of its next tokens' log-probabilities. */
export function logitsAndGradients(problem: Problem): {
  logits: Float32Array;
  gradients: Record<string, Float32Array>;
} {
  const { model, likelihood } = networkOf(problem);
  const differentiate = compile((parameters: Tensors, batch: Tensors) => {
    const { logits } = forward(model, parameters, batch) as { logits: Tensor };
    const { gradients } = valueAndGradients(() => {
      const { logp, weights } = likelihood(forward(model, parameters, batch), batch, "labels");
      return tf.mul(logp, weights);
    }, parameters);
    return { logits, gradients };
  });
  const batch = toTensors(problem.batches[0]![0]!);
  const { logits, gradients } = differentiate(problem.parameters, batch);
  const read = Object.entries(gradients).map(([name, tensor]) => [name, tensor.dataSync() as Float32Array] as const);
  const result = { logits: logits.dataSync() as Float32Array, gradients: Object.fromEntries(read) };
  disposeAll(logits, gradients, batch);
  differentiate.release();
  return result;
}

/** Logits of the whole network and of the prefix and suffix cut at a site, each compiled by itself. */
export function cutAndWhole(problem: Problem, siteName: string): { cut: Float32Array; whole: Float32Array } {
  const { model } = networkOf(problem);
  const [site] = resolveSites(model, [siteName]) as [(typeof model.sites)[number]];
  const functions = {
    forward: compile((parameters: Tensors, batch: Tensors) => forward(model, parameters, batch).logits!),
    prefix: compile((parameters: Tensors, batch: Tensors) => prefix(model, parameters, batch, site)),
    suffix: compile((parameters: Tensors, state: Tensors) => suffix(model, parameters, state, site, {}).logits!),
  };
  const batch = toTensors(problem.batches[0]![0]!);
  const state = functions.prefix(problem.parameters, batch);
  const [cut, whole] = [functions.suffix(problem.parameters, state), functions.forward(problem.parameters, batch)];
  const result = { cut: cut.dataSync() as Float32Array, whole: whole.dataSync() as Float32Array };
  disposeAll(batch, state, cut, whole);
  for (const each of Object.values(functions)) each.release();
  return result;
}

function cloneAll(tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tf.clone(tensor)]));
}
