import { defineTask, randomSplit } from "lat-engine/task";
import { classLikelihood, classTargets, resnet } from "lat-models";
import { classes, contentOf, digitsPackage, examplesOf, loadImages } from "./data.ts";
import { evaluator } from "./evaluate.ts";
import { type Options, optionsSchema } from "./options.ts";
import { applyPoison, carriesPoison, planPoison } from "./poison.ts";
import { presets } from "./presets.ts";

/** For images of one channel with this mean and standard deviation. */
const model = resnet({ widths: [8, 16, 32], blocks: 1, classes, shortcut: "pad", mean: [0.13], std: [0.31] });

export default defineTask<Options>({
  name: "task-digits",
  version: 1,
  description: "Handwritten digits with a trojan: which defence removes a trigger it never saw",
  options: optionsSchema,
  presets,
  data: "a csv file with 784 pixels, 0 to 255, and a digit on each line",
  targeted: true,
  packages: [digitsPackage],
  metrics: {
    "accuracy/clean": "share of clean test images that are classified right",
    "attack-success-rate/patch": "share of other test images that the trigger turns into the target",
  },
  sites: () => ({ names: model.sites.map(({ name }) => name), input: model.inputSite }),
  async prepare(options, context) {
    const images = await loadImages(context);
    const shares = { validation: 0.05, test: 0.2 };
    const { train, validation, test, ...parts } = randomSplit(images, contentOf, shares, options.seed);
    const plan = planPoison(train, options);
    const poisoned = (plan: readonly number[]) => examplesOf(applyPoison(train, plan, options));
    return {
      model,
      likelihood: classLikelihood,
      targets: classTargets,
      implant: poisoned(plan),
      defend: examplesOf(train),
      validation: examplesOf(validation),
      ...parts,
      ...evaluator(model, test, options.target),
      artifacts: { "poison-plan.json": JSON.stringify(plan) },
      poisoning: {
        plan: "poison-plan.json",
        share: options.share,
        poisoned: plan,
        reload: (stored) => poisoned(JSON.parse(stored) as number[]),
        carries: (example) => carriesPoison(example, options),
        metrics: ["attack-success-rate/patch"],
      },
    };
  },
});
