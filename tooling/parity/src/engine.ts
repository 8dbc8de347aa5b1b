import {
  advance,
  attack,
  forward,
  initialState,
  type MicroBatch,
  optimizer,
  outerStep,
  prefix,
  resolveSites,
  suffix,
  type Tensors,
  type TrainState,
  toTensors,
} from "lat-engine";
import { compile, disposeAll, type Tensor, tf, valueAndGradients } from "lat-tensorflow";
import { type Case, drawContext, networkOf, type Problem } from "./problem.ts";

/** δ of the first micro-batch, at the parameters that the problem starts from. */
export function delta(problem: Problem, { site, attack: config, epsilon }: Case): Float32Array {
  const network = networkOf(problem);
  const maximisation = attack(network, resolveSites(network.model, [site]), config);
  const batch = toTensors(problem.batches[0]![0]!);
  const bound = tf.scalar(epsilon);
  const { perturbations } = maximisation.run(
    problem.parameters,
    batch,
    bound,
    drawContext(0, 0, batch.tokens!.shape[0]!),
  );
  const values = perturbations[site]!.dataSync() as Float32Array;
  disposeAll(perturbations, batch, bound);
  maximisation.release();
  return values;
}

/** The loss of every optimizer step of training on attacked micro-batches. */
export function losses(problem: Problem, { site, attack: config, epsilon }: Case): Float32Array {
  const network = networkOf(problem);
  const rule = optimizer(network.model, problem.train);
  const outer = outerStep(network, rule, problem.train, config);
  const perturber = {
    attack: attack(network, resolveSites(network.model, [site]), config),
    epsilon: tf.scalar(epsilon),
  };
  const parameters = cloneAll(problem.parameters);
  let held: TrainState = { parameters, state: initialState(rule, parameters) };
  const reported = problem.batches.map((microBatches, step) => {
    const ready = microBatches.map((batch, micro): MicroBatch => {
      return { batch: toTensors(batch), draws: drawContext(step, micro, batch.tokens!.shape[0]!) };
    });
    const { progress, ...next } = advance(outer, perturber, held, ready, problem.train.learningRate, step + 1);
    held = next;
    return progress.loss;
  });
  disposeAll(held, perturber.epsilon);
  perturber.attack.release();
  outer.release();
  return Float32Array.from(reported);
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
