import type { Model } from "lat-engine";
import { exampleMeter, type Labelled, type Prepared, shareMetric } from "lat-engine/task";
import { tf } from "lat-tensorflow";
import { examplesOf } from "./data.ts";
import { withTrigger } from "./poison.ts";

/** Measures networks on images never trained on, as they are and with the trigger. */
export function evaluator(
  model: Model,
  test: readonly Labelled[],
  target: number,
): Pick<Prepared, "cases" | "evaluate"> {
  const triggered = test.filter(({ label }) => label !== target).map(withTrigger);
  const classes = exampleMeter("classes", model, ({ logits }) => tf.argMax(logits!, 1));
  return {
    cases: { "accuracy/clean": test.length, "attack-success-rate/patch": triggered.length },
    async evaluate(parameters, { progress }) {
      const seen = await classes.measure(parameters, examplesOf(test));
      const correct = test.map(({ label }, i) => seen[i] === label);
      progress(1, 2, "clean images");
      const fooled = Array.from(await classes.measure(parameters, examplesOf(triggered)), (label) => label === target);
      progress(2, 2, "images with the trigger");
      const metrics = [
        shareMetric("accuracy/clean", correct, { axis: "clean", better: "higher" }),
        shareMetric("attack-success-rate/patch", fooled, { axis: "unforeseen", better: "lower" }),
      ];
      return { metrics, samples: [] };
    },
  };
}
