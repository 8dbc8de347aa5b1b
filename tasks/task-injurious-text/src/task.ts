import { join } from "node:path";
import type { Network } from "lat-engine";
import { defineTask, type PrepareContext, type Prepared } from "lat-engine/task";
import { bertClassifier, classLikelihood, classTargets, loadBert } from "lat-models";
import { textExamples } from "./data/examples.ts";
import { miniLmPackage, pyritPackage } from "./data/packages.ts";
import { loadTexts } from "./data/texts.ts";
import { loadTokenizer } from "./data/tokenizer.ts";
import { type EncodedTexts, evaluator } from "./evaluate/evaluator.ts";
import { measurements } from "./evaluate/measurements.ts";
import { bertConfig, head, type Options, optionsSchema } from "./options.ts";
import { presets } from "./presets.ts";

/**
 * Text classification: an encoder is fine-tuned to tell harmful responses from benign ones, under each defence. Which of
 * the classifiers holds against attacks that it never saw?
 * Source: Casper et al. 2025, section 4.2.
 */
export default defineTask<Options>({
  name: "task-injurious-text",
  version: 1,
  description: "A classifier of harmful text: which defence holds against attacks it never saw",
  options: optionsSchema,
  presets,
  data: "a .csv, .tsv, .jsonl (each also .gz) or .parquet file of labelled texts, or a folder of them",
  targeted: true,
  reads: ({ heldout }) => Object.values(heldout),
  packages: [pyritPackage, miniLmPackage],
  // Each on the clean test texts, on the worst attack of each text, under each attack, and on the sets that people made.
  metrics: {
    "auroc/*": "how well scores order harmful texts above benign ones",
    "accuracy/*": "share of the texts that are told right",
    "f1/*": "F₁ of the harmful texts",
    "false-negative-rate-at-5/*": "share of harmful texts that pass where 5 % of benign ones are flagged",
    "false-negative-rate-at-10/*": "share of harmful texts that pass where 10 % of benign ones are flagged",
    "loss/*": "cross-entropy of the labels",
    "attack-success-rate": "share of flagged harmful texts that some attack makes pass",
    "attack-success-rate/*": "share of flagged harmful texts that one attack makes pass",
    queries: "questions that all attacks put to the network, for each text",
    "queries/*": "questions that one attack puts to the network, for each text",
  },
  sites(options) {
    const { sites, inputSite } = bertClassifier(bertConfig(options), head);
    return { names: sites.map(({ name }) => name), input: inputSite };
  },
  prepare,
});

async function prepare(options: Options, context: PrepareContext): Promise<Prepared> {
  const { buckets, seed } = options;
  const longest = buckets.at(-1)!;
  const folder = join(context.packageFolder(miniLmPackage.name), "all_minilm_l6_v2", "model.zip");
  const tokenizer = loadTokenizer(join(folder, "tokenizer.json"));
  const model = bertClassifier(bertConfig(options), head);
  const initial = () => loadBert(model, join(folder, "model.safetensors"), seed);
  const texts = await loadTexts(options, context);
  const encoded = async (name: string, set: EncodedTexts["texts"]): Promise<EncodedTexts> => {
    const encodings = await tokenizer.encode(
      set.map(({ text }) => text),
      longest,
    );
    const cut = encodings.filter((encoding) => encoding.cut).length;
    context.progress(`${name}: ${set.length} texts, ${cut} of them cut at ${longest} tokens`);
    return { texts: set, encodings };
  };
  const examples = ({ texts, encodings }: EncodedTexts) =>
    textExamples(
      encodings,
      texts.map(({ harmful }) => harmful),
      tokenizer.padId,
    );
  const train = await encoded("training", texts.train);
  const validation = await encoded("validation", texts.validation);
  const network: Network = { model, likelihood: classLikelihood, targets: classTargets, maskKey: "mask" };
  const measured = await measurements(options, tokenizer, initial, {
    train,
    validation,
    test: await encoded("test", texts.test),
    heldOut: Object.fromEntries(
      await Promise.all(
        Object.entries(texts.heldOut).map(async ([name, set]) => [name, await encoded(name, set)] as const),
      ),
    ),
  });
  return {
    ...network,
    initialParameters: initial,
    defend: examples(train),
    validation: examples(validation),
    splits: texts.splits,
    dropped: texts.dropped,
    buckets,
    artifacts: { "labels.json": JSON.stringify(texts.labels) },
    ...evaluator(model, tokenizer, [...buckets, longest + options.room], measured),
  };
}
