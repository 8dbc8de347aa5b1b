import {
  type AttackSettings,
  attack,
  forward,
  type Network,
  type Perturbations,
  resolveSites,
  type State,
  type Tensors,
  toTensors,
} from "lat-engine";
import { classLikelihood, resnet } from "lat-models";
import { compile, disposeAll, tf } from "lat-tensorflow";
import { batchOf, type Images, trained, VALUES } from "./cifar.ts";

export const BATCH = 100;
export const model = resnet(trained.config);
const network: Network = { model, likelihood: classLikelihood };

/** What the engine predicts and loses for each image, as it is or attacked, and the perturbations that this found. */
export function judge(parameters: Tensors, images: Images, attacked?: { config: AttackSettings; epsilon: number }) {
  const attacker = attacked && attack(network, resolveSites(model, ["input"]), attacked.config);
  const classify = compile(
    (p: Tensors, batch: State, perturbations: Perturbations) => {
      const output = forward(model, p, batch, perturbations);
      const { logp } = classLikelihood(output, batch, "labels");
      return { predictions: tf.argMax(output.logits!, 1), losses: tf.neg(logp) };
    },
    { xla: model.xla },
  );
  const epsilon = tf.scalar(attacked?.epsilon ?? 0);
  const { count } = images;
  const result = {
    predictions: new Int32Array(count),
    losses: new Float32Array(count),
    perturbations: new Float32Array(attacked ? count * VALUES : 0),
  };
  for (let first = 0; first < count; first += BATCH) {
    const examples = Array.from({ length: Math.min(BATCH, count - first) }, (_, i) => first + i);
    const batch = toTensors(batchOf(images, first, examples.length));
    const draws = { seed: 0, step: 0, examples };
    const outcome = attacker?.run(parameters, batch, epsilon, draws);
    const found: Perturbations = outcome?.perturbations ?? {};
    const { predictions, losses } = classify(parameters, batch, found);
    result.predictions.set(predictions.dataSync() as Int32Array, first);
    result.losses.set(losses.dataSync() as Float32Array, first);
    if (found.input) result.perturbations.set(found.input.dataSync() as Float32Array, first * VALUES);
    disposeAll(batch, outcome, predictions, losses);
  }
  disposeAll(epsilon);
  attacker?.release();
  classify.release();
  return result;
}
