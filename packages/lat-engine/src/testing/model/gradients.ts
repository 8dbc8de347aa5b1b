import { type Tensor, tf, valueAndGradients } from "lat-tensorflow";
import { parameterNames, type Tensors } from "../../model/model.ts";
import { forward, type Perturbations } from "../../model/run.ts";
import { ensure } from "../check.ts";
import { sizeOf, type World } from "./world.ts";

/** Shares of an input that it is moved by: rectifiers change sides in the larger steps, float32 rounds in the smaller. */
const DIFFERENCES = [1e-2, 1e-3, 1e-4];
/** What differences resolve of a slope at the best of these. */
const GRADIENT_ERROR = 1e-2;
/** Directions in which a gradient is compared, of each parameter and activation: in a few of them a rectifier is at its kink. */
const DIRECTIONS = 5;

export function gradientsAreRight(world: World): void {
  const { model } = world.network;
  tf.tidy(() => {
    const deltas: Record<string, Tensor> = {};
    for (const site of model.sites) deltas[site.name] = tf.zerosLike(world.activation(site));
    const trained = parameterNames(model, "trained").map((name) => [name, world.parameters[name]!] as const);
    const at = (inputs: Tensors): Tensor =>
      world.logp(
        forward(model, { ...world.parameters, ...inputs }, world.batch, pick(inputs, deltas) as Perturbations),
      );
    const inputs: Tensors = { ...Object.fromEntries(trained), ...deltas };
    const { gradients } = valueAndGradients(() => at(inputs), inputs);
    const slopes = Object.keys(inputs).map((name) => ({
      name,
      directions: Array.from({ length: DIRECTIONS }, (_, k) => slopeOf(world, at, inputs, name, gradients[name]!, k)),
    }));
    const floor =
      1e-2 * Math.max(...slopes.flatMap(({ directions }) => directions.map(({ gradient }) => Math.abs(gradient))));
    for (const { name, directions } of slopes) {
      const errors = directions.map(({ gradient, differences }) => {
        return Math.min(...differences.map((each) => Math.abs(gradient - each) / Math.max(Math.abs(each), floor)));
      });
      const typical = errors.sort((a, b) => a - b)[Math.floor(DIRECTIONS / 2)]!;
      ensure(typical <= GRADIENT_ERROR, () => {
        const [{ gradient, differences }] = directions as [Slope];
        return `${name}: in most directions the gradient is off by ${typical} of the slope; in the first it gives ${gradient}, finite differences ${differences.join(", ")}`;
      });
    }
    for (const [name] of trained) {
      const largest = tf.max(tf.abs(gradients[name]!)).dataSync()[0]!;
      ensure(
        largest > 0,
        () => `parameter ${name} has no gradient: nothing reads it, or it is no parameter to be trained`,
      );
    }
  });
}

/** A slope of Σ log p, by the gradient and by differences. */
interface Slope {
  readonly gradient: number;
  readonly differences: readonly number[];
}

/** Along a random direction of the input's size. */
function slopeOf(
  world: World,
  at: (inputs: Tensors) => Tensor,
  inputs: Tensors,
  name: string,
  gradient: Tensor,
  index: number,
): Slope {
  return tf.tidy(() => {
    const site = world.network.model.sites.find((candidate) => candidate.name === name);
    const size = tf.maximum(sizeOf(site ? world.activation(site) : inputs[name]!), 0.01);
    const direction = tf.mul(world.noise(gradient.shape, `direction/${name}`, index), size);
    const value = (offset: number): number => {
      const moved = at({ ...inputs, [name]: tf.add(inputs[name]!, tf.mul(direction, offset)) }).dataSync<"float32">();
      return moved.reduce((sum, each) => sum + each, 0);
    };
    const here = value(0);
    // On the side of a kink that the input is on, a difference of one side is the slope.
    const differences = DIFFERENCES.flatMap((step) => {
      const [ahead, behind] = [(value(step) - here) / step, (here - value(-step)) / step];
      return [ahead, behind, (ahead + behind) / 2];
    });
    return { gradient: tf.sum(tf.mul(gradient, direction)).dataSync()[0]!, differences };
  });
}

function pick(from: Tensors, like: Tensors): Tensors {
  return Object.fromEntries(Object.keys(like).map((name) => [name, from[name]!]));
}
