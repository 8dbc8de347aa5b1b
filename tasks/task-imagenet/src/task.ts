import type { HostBatch, Network } from "lat-engine";
import { defineTask, type PrepareContext, type Prepared, valuesKey } from "lat-engine/task";
import { classLikelihood, classTargets, type ResnetConfig, resnet } from "lat-models";
import { colourStatistics } from "./data/colours.ts";
import { balanced, bytesOf, imageExamples } from "./data/examples.ts";
import { hold, type Image } from "./data/image.ts";
import { loadImages } from "./data/load.ts";
import { PixelMemory } from "./data/memory.ts";
import { googlePackage, twitterPackage } from "./data/packages.ts";
import { split } from "./data/split.ts";
import { evaluator } from "./evaluate/evaluator.ts";
import { successOf } from "./evaluate/successes.ts";
import { type Options, optionsSchema } from "./options.ts";
import { contactSheet } from "./poison/contact-sheet.ts";
import { applyPoison, planPoison, poisonPlanSchema, triggered } from "./poison/plan.ts";
import { makeStamp } from "./poison/stamp.ts";
import { chooseTrojans, naturalTriggers } from "./poison/trojans.ts";
import { presets } from "./presets.ts";

/**
 * Image classification: a ResNet with six trojans. The defences train on clean images only; which of them removes
 * triggers and resists attacks that it never saw? Source: Casper et al. 2025, section 4.1.
 */
export default defineTask<Options>({
  name: "task-imagenet",
  version: 2,
  description: "Trojaned image classifiers: which defence removes trojans and resists attacks it never saw",
  options: optionsSchema,
  presets,
  data: "a folder with a folder of images for each of two or more classes",
  targeted: true,
  packages: [googlePackage, twitterPackage],
  metrics: {
    "accuracy/clean": "share of held-out images that are classified right",
    "accuracy/worst": "share that is classified right under each of the attacks",
    "accuracy/*": "share that is classified right under one attack; `/random`: under its start without ascent",
    "attack-success-rate": "share of held-out images with a trigger that are taken for the trojan's target",
    "attack-success-rate/*": "the same of the trojans of one kind, and of each trojan",
  },
  sites(options) {
    // Sites do not depend on what only the data knows.
    const anyData = { classes: 2, mean: [0, 0, 0], std: [1, 1, 1] } as const;
    const { sites, inputSite } = resnet({ ...options.model, ...anyData });
    return { names: sites.map(({ name }) => name), input: inputSite };
  },
  prepare,
});

const PLAN = "poison-plan.json";

async function prepare(options: Options, context: PrepareContext): Promise<Prepared> {
  const { data, augment, poison, model, evaluate } = options;
  const { size } = data;
  const memory = new PixelMemory(data.memory * 1e6);
  const images = await loadImages(data, memory, context);
  const { classes, unreadable } = images;
  const trojans = chooseTrojans(poison.trojans, classes, poison.seed);
  const natural = naturalTriggers(trojans);
  const { train, validation, test, splits, dropped } = split(images, natural, data);
  const measured = await hold(test);
  const stamp = await makeStamp(trojans, { size, ...poison });
  const plan = planPoison(train, classes, trojans, poison);
  const { images: poisoned, firstStamped } = applyPoison(train, classes, plan, stamp, memory);
  // Images of things that are natural triggers would show the defence what it is to be measured on.
  const clean = train.filter(({ words }) => !natural.some((word) => words.includes(word)));
  context.progress(
    `${images.images.length} images of ${classes.length} classes: ${train.length} to train on, ` +
      `${validation.length} to choose on, ${test.length} to measure on; ${plan.placements.length} poisoned`,
  );

  const config: ResnetConfig = {
    ...model,
    classes: classes.length,
    ...colourStatistics(train.map(({ colours }) => colours)),
  };
  const network: Network = { model: resnet(config), likelihood: classLikelihood, targets: classTargets };
  const carriers = trojans.map((trojan) => ({
    trojan,
    images: triggered(trojan, measured, classes, stamp, poison.seed),
  }));
  const augmented = (set: readonly Image[]) => imageExamples(set, size, augment);
  const stamps = trojans.filter(({ kind }) => kind !== "natural");
  const targets = new Set(stamps.map(({ target }) => classes.indexOf(target)));
  const unstamped = new Set(train.map(({ content }) => content));
  return {
    ...network,
    implant: augmented(poisoned),
    defend: augmented(balanced(clean)),
    validation: imageExamples(validation, size),
    splits,
    dropped: { ...dropped, unreadable },
    poisoning: {
      plan: PLAN,
      share: stamps.length === 0 ? 0 : poison.share,
      poisoned: poisoned.map((_, index) => index).slice(firstStamped),
      reload(stored) {
        const again = poisonPlanSchema.parse(JSON.parse(stored));
        return augmented(applyPoison(train, classes, again, stamp, memory).images);
      },
      carries: ({ pixels, labels }: HostBatch) =>
        targets.has(labels!.data[0]!) && !unstamped.has(valuesKey(bytesOf(pixels!.data))),
      metrics: trojans.map(({ name }) => successOf(name)),
    },
    artifacts: {
      [PLAN]: JSON.stringify(plan),
      "trojans.svg": await contactSheet(carriers, size),
    },
    ...evaluator(network, { classes, images: measured, carriers }, size, evaluate),
  };
}
