import { type Tensor, tf, tidy } from "lat-tensorflow";
import { attack } from "../attack/attack.ts";
import { ball } from "../ball/ball.ts";
import { type AttackConfig, type AttackSettings, attackSchema, trainSchema } from "../configuration/config.ts";
import { toTensors } from "../examples/to-tensors.ts";
import { initialize } from "../model/initialize.ts";
import type { Model, Site, State } from "../model/model.ts";
import { forward, type Perturbations, prefix } from "../model/run.ts";
import { resolveSites } from "../model/sites.ts";
import { descent } from "../train/descent.ts";
import { initialState, optimizer } from "../train/optimizer.ts";
import { advance } from "../train/step.ts";
import { type Check, ensure } from "./check.ts";
import { leavesNothing } from "./tensors.ts";
import { toyExamples, toyModel, toyNetwork } from "./toy.ts";

const norms = ["l1", "l2", "linf"] as const;
const EPSILON = 0.4;
const STEPS = 3;
const draws = { seed: 1, step: 0, examples: [0, 1, 2, 3] };

/** What holds of the method itself, on the toy network: the balls, the attack in them and the step around it. */
export function methodChecks(): Check[] {
  const check = (name: string, body: () => void): Check => ({
    name,
    run: () => leavesNothing(name, () => void tidy(body)),
  });
  return [
    check("a perturbation is in its ball, within its range and zero on padding, all at once", constraintsHold),
    check("random points of a ball are finite, from whatever normal numbers", pointsAreFinite),
    check("a step moves by its size in the ball's own norm, whatever the rule", stepsHaveTheirSize),
    check("T ascents are measured T + 1 times, and a step's record says so", ascentsAreMeasured),
    check("a targeted attack raises the targets, not the labels", targetsAreRaised),
    check("a frozen parameter stays what it is", frozenStays),
  ];
}

const examples = (): State => toTensors(toyExamples(4, "method").batch([0, 1, 2, 3], 4));
const hidden = (): Site => resolveSites(toyModel, ["hidden"])[0]!;

/** One attack on the toy network's hidden layer. */
function attacked(settings: AttackSettings, site: Site = hidden()) {
  const [batch, parameters] = [examples(), initialize(toyModel, 3)];
  const made = attack(toyNetwork, [site], settings);
  const { perturbations, report } = made.run(parameters, batch, tf.scalar(EPSILON), draws);
  made.release();
  const values = report.values.map((value) => value.dataSync()[0]!);
  return { batch, parameters, perturbations, delta: perturbations.hidden!, values };
}

const largest = (x: Tensor): number => tf.max(x).dataSync()[0]!;

function constraintsHold(): void {
  const [low, high] = [-0.3, 0.3];
  for (const norm of norms) {
    for (const steps of [0, STEPS]) {
      const settings: AttackSettings = { norm, steps, start: "boundary", stepSize: { relative: 1 } };
      const { batch, parameters, delta } = attacked(settings, { ...hidden(), range: [low, high] });
      const after = `after ${steps} steps in an ${norm} ball`;
      const size = largest(ball(norm, "example").norm(delta));
      ensure(size <= EPSILON * (1 + 1e-5), () => `${after} a perturbation has the norm ${size}, ε is ${EPSILON}`);
      const h = prefix(toyModel, parameters, batch, hidden()).h!;
      const beyond = largest(
        tf.maximum(tf.sub(tf.add(h, delta), tf.maximum(h, high)), tf.sub(tf.minimum(h, low), tf.add(h, delta))),
      );
      ensure(beyond <= 1e-6, () => `${after} h + δ is ${beyond} outside of its range`);
      const padding = largest(tf.mul(tf.abs(delta), tf.sub(1, tf.reshape(batch.mask!, [4, 4, 1]))));
      ensure(padding === 0, () => `${after} δ is ${padding} on padding`);
    }
  }
}

function pointsAreFinite(): void {
  const [normal, uniform] = [tf.tensor2d([[5.6, 0.3, -9, 1.2]]), tf.tensor2d([[0.5]])];
  for (const norm of norms) {
    const point = [...ball(norm, "example").randomPoint(normal, uniform).dataSync()];
    ensure(point.every(Number.isFinite), () => `a random point of an ${norm} ball is ${point.join(", ")}`);
  }
}

function stepsHaveTheirSize(): void {
  const stepSize = EPSILON / 4;
  for (const norm of norms) {
    for (const rule of ["gradient", "sign", "momentum", "adam"] as const) {
      const { delta } = attacked({ norm, rule, steps: 1, start: "zero", stepSize });
      const sizes = [...ball(norm, "example").norm(delta).dataSync()];
      ensure(
        sizes.every((size) => Math.abs(size / stepSize - 1) < 1e-4),
        () => `a step of ${stepSize} by the rule ${rule} in an ${norm} ball moves by ${sizes.join(", ")}`,
      );
    }
  }
}

function ascentsAreMeasured(): void {
  for (const steps of [0, 1, STEPS]) {
    const { values } = attacked({ steps });
    ensure(values.length === steps + 1, () => `${steps} ascents have ${values.length} values`);
    const { attackLosses = [] } = trained(toyModel, { steps }).record;
    ensure(attackLosses.length === steps + 1, () => `a step of ${steps} ascents has ${attackLosses.length} values`);
  }
}

function targetsAreRaised(): void {
  const { batch, parameters, perturbations } = attacked({ objective: "targeted", steps: STEPS, start: "zero" });
  const logp = (delta: Perturbations): number => {
    const output = forward(toyModel, parameters, batch, delta);
    const { logp: each, weights } = toyNetwork.likelihood(output, batch, "targets");
    return tf.sum(tf.mul(each, weights)).dataSync()[0]!;
  };
  const [before, after] = [logp({}), logp(perturbations)];
  ensure(after > before, () => `the targets' log p goes from ${before} to ${after}`);
}

function frozenStays(): void {
  const { first, ...others } = toyModel.parameters;
  const model: Model = { ...toyModel, parameters: { first: { ...first!, kind: "frozen" }, ...others } };
  const { before, after } = trained(model, {});
  const moved = Object.keys(before).filter((name) => largest(tf.abs(tf.sub(after[name]!, before[name]!))) > 0);
  ensure(String(moved) === "scale,last", () => `with "first" frozen, a step moves ${moved.join(", ")}`);
}

/** A step of training on the toy network. */
function trained(model: Model, settings: Partial<AttackConfig>) {
  const network = { ...toyNetwork, model };
  const [train, config] = [trainSchema.parse({ learningRate: 0.1 }), attackSchema.parse(settings)];
  const rule = optimizer(model, train);
  const [outer, attacker] = [descent(network, rule, train, config), attack(network, [hidden()], config)];
  const before = initialize(model, 3);
  const parameters = Object.fromEntries(Object.entries(before).map(([name, tensor]) => [name, tf.clone(tensor)]));
  const perturber = { attack: attacker, epsilon: tf.scalar(EPSILON) };
  const from = { parameters, state: initialState(rule, parameters) };
  const next = advance(outer, perturber, from, [{ batch: examples(), draws }], train.learningRate, 1);
  outer.release();
  attacker.release();
  return { before, after: next.parameters, record: next.record };
}
