import type { Metric } from "lat-engine/records";
import { expect, test } from "vitest";
import type { Study } from "../read/study.ts";
import { chooseAxes } from "./axes.ts";

function study(...metrics: [name: string, axis: Metric["axis"]][]): Study {
  const described = metrics.map(
    ([name, axis]): Metric => ({ name, axis, value: 0.5, n: 10, interval: [0.4, 0.6], better: "lower" }),
  );
  const implanted = { metrics: described, samples: [], progress: [], wallSeconds: 1 };
  return { kind: "sweep", task: "t", preset: "p", provenance: undefined, implanted, runs: [], missing: [] };
}

test("attack success comes first on the unforeseen axis, and parts belong to what they are parts of", () => {
  const axes = chooseAxes(
    study(
      ["loss/desirable", "clean"],
      ["loss/trojan", "unforeseen"],
      ["loss/trojan/alpha", "unforeseen"],
      ["attack-success-rate", "unforeseen"],
      ["attack-success-rate/alpha", "unforeseen"],
      ["attack-success-rate/bravo", "unforeseen"],
    ),
  );
  expect(axes.clean).toEqual(["loss/desirable"]);
  expect(axes.unforeseen).toEqual(["attack-success-rate", "loss/trojan"]);
  expect(axes.parts).toEqual(
    new Map([
      ["loss/trojan", ["loss/trojan/alpha"]],
      ["attack-success-rate", ["attack-success-rate/alpha", "attack-success-rate/bravo"]],
    ]),
  );
});

test("without attack success the first unforeseen metric is the primary one", () => {
  const axes = chooseAxes(
    study(["accuracy/clean", "clean"], ["accuracy/snow", "unforeseen"], ["accuracy/wood", "unforeseen"]),
  );
  expect(axes.unforeseen).toEqual(["accuracy/snow", "accuracy/wood"]);
  expect(axes.parts.size).toBe(0);
});

test("what is measured under each attack belongs to the worst of them, the clean figure does not", () => {
  const axes = chooseAxes(
    study(["auroc/clean", "clean"], ["auroc/words", "unforeseen"], ["auroc/worst", "unforeseen"]),
  );
  expect(axes.clean).toEqual(["auroc/clean"]);
  expect(axes.unforeseen).toEqual(["auroc/worst"]);
  expect(axes.parts).toEqual(new Map([["auroc/worst", ["auroc/words"]]]));
});
