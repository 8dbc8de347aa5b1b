import { tf } from "lat-tensorflow";
import { describe, expect, it } from "vitest";
import { ball } from "../ball/ball.ts";
import { type AttackConfig, attackSchema } from "../configuration/config.ts";
import { toTensors } from "../examples/to-tensors.ts";
import { initialize } from "../model/initialize.ts";
import type { Stage, State } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { forward, type Perturbations, prefix } from "../model/run.ts";
import { resolveSites } from "../model/sites.ts";
import { toyExamples, toyModel, toyNetwork } from "../testing/toy.ts";
import { attack } from "./attack.ts";

const examples = toyExamples(16, "attack");
const parameters = initialize(toyModel, 3);
const [hidden] = resolveSites(toyModel, ["hidden"]);
const EPSILON = 1.5;

function runAttack(
  changes: Partial<AttackConfig>,
  options: { sites?: string[]; indices?: number[]; places?: number[] } = {},
) {
  const { sites = ["hidden"], indices = [0, 1, 2, 3, 4, 5, 6, 7], places = indices } = options;
  const batch = toTensors(examples.batch(indices, 4));
  const made = attack(toyNetwork, resolveSites(toyModel, sites), changes);
  const result = made.run(parameters, batch, tf.scalar(EPSILON), { seed: 1, step: 2, examples: places });
  made.release();
  const report = {
    values: result.report.values.map((value) => value.dataSync()[0]!),
    shares: result.report.shares && [...result.report.shares.dataSync()],
  };
  return {
    ...result,
    report,
    batch,
    values: (site: string) => result.perturbations[site]!.arraySync() as number[][][],
  };
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const sizes = (delta: number[][][]): number[] => delta.map((example) => Math.hypot(...example.flat()));

describe("the inner maximisation", () => {
  it.each(["gradient", "sign", "momentum", "adam"] as const)("raises the objective inside the ball (%s)", (rule) => {
    const { report, values, batch } = runAttack({ rule, steps: 8, stepSize: { relative: 0.25 }, start: "zero" });
    expect(report.values).toHaveLength(9);
    expect(report.values.at(-1)!).toBeGreaterThan(report.values[0]! * 1.2);
    for (const size of sizes(values("hidden"))) expect(size).toBeLessThanOrEqual(EPSILON * (1 + 1e-5));
    const mask = batch.mask!.arraySync() as number[][];
    values("hidden").forEach((example, i) => {
      example.forEach((token, t) => {
        if (mask[i]![t] === 0) expect(token.every((v) => v === 0)).toBe(true);
      });
    });
  });

  it.each(
    (["l1", "l2", "linf"] as const).flatMap((norm) =>
      (["gradient", "sign", "momentum", "adam"] as const).map((rule) => [norm, rule] as const),
    ),
  )("moves by the size of a step in the ball's own norm: %s, %s", (norm, rule) => {
    const eta = EPSILON / 5;
    const after = (steps: number, scope: AttackConfig["scope"]): Perturbations =>
      runAttack({ norm, rule, scope, steps, stepSize: eta, start: "zero" }).perturbations;
    for (const scope of ["example", "token"] as const) {
      const around = ball(norm, scope, toTensors(examples.batch([0, 1, 2, 3, 4, 5, 6, 7], 4)).mask!);
      const [one, two] = [after(1, scope).hidden!, after(2, scope).hidden!];
      const real = around.dimensions(one).dataSync();
      [around.norm(one), around.norm(tf.sub(two, one))].forEach((moved) => {
        moved.dataSync().forEach((size, i) => void expect(size).toBeCloseTo(real[i]! > 0 ? eta : 0, 5));
      });
    }
  });

  it("reaches a higher objective with more ascents, and with restarts and the best iterate no lower than without", () => {
    const final = (changes: Partial<AttackConfig>): number[] => {
      const { perturbations, batch } = runAttack(changes);
      return lossesAt(perturbations, batch);
    };
    expect(mean(final({ steps: 8 }))).toBeGreaterThan(mean(final({ steps: 0 })));
    const one = final({ steps: 3, iterate: "best" });
    const three = final({ steps: 3, iterate: "best", restarts: 3 });
    three.forEach((value, i) => {
      expect(value).toBeGreaterThanOrEqual(one[i]! - 1e-6);
    });
    expect(mean(three)).toBeGreaterThan(mean(one));
  });

  it("measures the objective where it starts and after each ascent, the last at the δ that it hands over", () => {
    const changes = { stepSize: EPSILON / 4, start: "zero" } as const;
    const meanAt = ({ perturbations, batch }: ReturnType<typeof runAttack>): number =>
      mean(lossesAt(perturbations, batch));
    const after = [0, 1, 2, 3].map((steps) => runAttack({ ...changes, steps }));
    after.forEach(({ report, ...run }, steps) => {
      expect(report.values).toHaveLength(steps + 1);
      expect(report.values.at(-1)).toBeCloseTo(meanAt({ report, ...run }), 5);
      report.values.forEach((value, t) => void expect(value).toBeCloseTo(meanAt(after[t]!), 5));
    });
    const best = runAttack({ ...changes, steps: 3, iterate: "best", restarts: 2, stepSize: 10 * EPSILON });
    expect(best.report.values).toHaveLength(4);
    expect(best.report.values.at(-1)).toBeCloseTo(meanAt(best), 5);
  });

  it("perturbs several sites at once, each in a ball of its own", () => {
    const { values, report } = runAttack({ steps: 3 }, { sites: ["scaled", "embeddings"] });
    for (const site of ["embeddings", "scaled"]) {
      for (const size of sizes(values(site))) {
        expect(size).toBeGreaterThan(0);
        expect(size).toBeLessThanOrEqual(EPSILON * (1 + 1e-5));
      }
    }
    expect(report.values[2]!).toBeGreaterThan(report.values[0]!);
  });

  it("refuses a setting that there is not, or a value that it cannot have", () => {
    const refused = (settings: object) => () => attack(toyNetwork, [hidden!], settings as never);
    expect(refused({ step: 3 })).toThrow('attack.step: unknown key; did you mean "steps"?');
    expect(refused({ steps: -1 })).toThrow(/^attack\.steps: received -1/);
  });

  it("draws the start of an example from its own number, whatever batch it is in", () => {
    const whole = runAttack({ steps: 0 }).values("hidden");
    const part = runAttack({ steps: 0 }, { indices: [4, 5], places: [4, 5] }).values("hidden");
    expect(part).toEqual(whole.slice(4, 6));
    expect(whole[4]).not.toEqual(whole[5]);
  });

  it("targeted raises the targets' probability and away lowers the labels'", () => {
    const none = { hidden: tf.zeros([8, 4, 6]) };
    const targeted = runAttack({ objective: "targeted", steps: 6, start: "zero" });
    const away = runAttack({ objective: "away", steps: 6, start: "zero" });
    const rise = ({ perturbations, batch }: typeof away, which: "labels" | "targets"): number =>
      mean(lossesAt(none, batch, which)) - mean(lossesAt(perturbations, batch, which));
    expect(rise(targeted, "targets")).toBeGreaterThan(0.1);
    expect(rise(away, "labels")).toBeLessThan(-0.1);
    expect(rise(targeted, "targets")).toBeGreaterThan(rise(away, "targets"));
  });

  it("moves an example no further once its loss has reached stopAtLoss", () => {
    const { batch } = runAttack({ steps: 0, start: "zero" });
    const losses = lossesAt({ hidden: tf.zeros([8, 4, 6]) }, batch);
    const [below, above] = [losses.toSorted((a, b) => a - b)[3]!, losses.toSorted((a, b) => a - b)[4]!];
    const stopAtLoss = (below + above) / 2;
    const moved = sizes(runAttack({ steps: 1, start: "zero", stopAtLoss }).values("hidden"));
    expect(moved.map((size) => size > 0)).toEqual(losses.map((loss) => loss < stopAtLoss));
  });

  it("keeps h + δ inside the batch's own range when asked to", () => {
    const { perturbations, batch } = runAttack({ steps: 6, range: "batch" });
    const { perturbations: free } = runAttack({ steps: 6 });
    const h = prefix(toyModel, parameters, batch, hidden!).h!;
    const inside = tf.add(h, perturbations.hidden!);
    expect(tf.max(inside).dataSync()[0]!).toBeLessThanOrEqual(tf.max(h).dataSync()[0]! + 1e-6);
    expect(tf.min(inside).dataSync()[0]!).toBeGreaterThanOrEqual(tf.min(h).dataSync()[0]! - 1e-6);
    const outside = tf.add(h, free.hidden!);
    expect(tf.max(tf.abs(outside)).dataSync()[0]!).toBeGreaterThan(tf.max(tf.abs(h)).dataSync()[0]! + 0.01);
  });

  it("published spends its random start on padding too; corrected does not", () => {
    const [published, corrected] = (["published", "corrected"] as const).map((behaviour) =>
      runAttack({ steps: 0, behaviour, start: "boundary" }),
    );
    const mask = published!.batch.mask!.arraySync() as number[][];
    const onPadding = (delta: number[][][]): number =>
      delta.reduce(
        (sum, example, i) =>
          sum + example.reduce((s, token, t) => s + (mask[i]![t] === 0 ? Math.hypot(...token) : 0), 0),
        0,
      );
    expect(onPadding(published!.values("hidden"))).toBeGreaterThan(1);
    expect(onPadding(corrected!.values("hidden"))).toBe(0);
  });

  it("reports gradients that vanish and gradients that are not finite", () => {
    const dead = { ...parameters, last: tf.zerosLike(parameters.last!) };
    const nan = { ...parameters, last: tf.fill(parameters.last!.shape, Number.NaN) };
    const made = attack(toyNetwork, resolveSites(toyModel, ["hidden"]), attackSchema.parse({ steps: 2 }));
    const batch = toTensors(examples.batch([0, 1], 4));
    const shares = (weights: typeof dead) =>
      made.run(weights, batch, tf.scalar(1), { seed: 0, step: 0, examples: [0, 1] }).report.shares!.dataSync();
    expect(shares(dead)[0]).toBe(1);
    expect(shares(nan)[1]).toBe(1);
    made.release();
  });
});

describe("entries that are missing", () => {
  /** The toy network, whose first stage loses an entry. */
  const without = (lost: string): Network => {
    const [input, ...others] = toyModel.stages;
    const losing: Stage = {
      name: "losing",
      run(weights, state, mode) {
        const { [lost]: _, ...rest } = input!.run(weights, state, mode);
        return rest as State;
      },
    };
    return { ...toyNetwork, model: { ...toyModel, stages: [losing, ...others] } };
  };
  const attackOn = (network: Network, changes: Partial<AttackConfig> = {}, lost?: string) => {
    const { [lost ?? ""]: _, ...batch } = toTensors(examples.batch([0, 1], 4));
    const made = attack(network, resolveSites(network.model, ["hidden"]), attackSchema.parse({ steps: 1, ...changes }));
    return () => made.run(parameters, batch as State, tf.scalar(1), { seed: 0, step: 0, examples: [0, 1] });
  };

  it("because a stage lost them are named, with those there are", () => {
    expect(attackOn(without("labels"))).toThrow(
      /^the batch, as the loss finds it, has no entry "labels", only .*\bmask\b.*a stage must pass on the entries that it does not use/,
    );
    // Without its mask a ball would silently cover padding.
    expect(attackOn(without("mask"))).toThrow('the state at hidden has no entry "mask", only h, labels, targets.');
  });

  it("because the examples have none are named", () => {
    expect(attackOn(toyNetwork, { objective: "targeted" }, "targets")).toThrow(
      /has no entry "targets", only h, labels, mask/,
    );
  });

  it("because the last stage left none are named", () => {
    const network = { ...toyNetwork, likelihood: (output: State) => ({ logp: output.logit!, weights: output.mask! }) };
    expect(attackOn(network)).toThrow(/^the state behind the last stage has no entry "logit", only .*\blogits\b/);
  });
});

/** Per-example losses at given perturbations of `hidden`, by a plain forward pass. */
function lossesAt(perturbations: Perturbations, batch: State, which: "labels" | "targets" = "labels"): number[] {
  return tf.tidy(() => {
    const { logp, weights } = toyNetwork.likelihood(forward(toyModel, parameters, batch, perturbations), batch, which);
    return [...tf.div(tf.neg(tf.sum(tf.mul(logp, weights), 1)), tf.sum(weights, 1)).dataSync()];
  });
}
