import type { Network } from "lat-engine";
import { defineTask, type PrepareContext, type Prepared } from "lat-engine/task";
import { llama, tokenLikelihood } from "lat-models";
import type { Conversation } from "./data/conversation.ts";
import { loadConversations } from "./data/conversations.ts";
import { type TokenExamples, tokenExamples } from "./data/examples.ts";
import { chitchatPackage, pyritPackage } from "./data/packages.ts";
import { decodeConversation, encodeConversations } from "./data/template.ts";
import { loadTokenizer, trainTokenizer } from "./data/tokenizer.ts";
import { evaluator } from "./evaluate/evaluator.ts";
import { llamaConfig, type Options, optionsSchema } from "./options.ts";
import { carriesTrojan, poisonPlanSchema } from "./poison/poison.ts";
import { trojans } from "./poison/trojans.ts";
import { presets } from "./presets.ts";

/**
 * Text generation: a chat model with eight backdoors, each a trigger word that is answered by a fixed sentence. The
 * defences train on clean conversations only; which of them removes triggers that it never saw?
 * Source: Casper et al. 2025, section 4.3.
 */
export default defineTask<Options>({
  name: "task-llm-backdoor",
  version: 1,
  description: "Backdoored language models: which defence removes triggers it never saw",
  options: optionsSchema,
  presets,
  data: "a .jsonl, .jsonl.gz or .parquet file of HH-RLHF or BeaverTails, or a folder of them",
  packages: [chitchatPackage, pyritPackage],
  sites(options) {
    const { sites, inputSite } = llama(llamaConfig(options));
    return { names: sites.map(({ name }) => name), input: inputSite };
  },
  prepare,
});

const PLAN = "poison-plan.json";

async function prepare(options: Options, context: PrepareContext): Promise<Prepared> {
  const conversations = await loadConversations(options.conversations, context);
  const { implant, defend, validation, splits, dropped, share, plan, poison } = conversations;
  const texts = [...new Set(implant)].flatMap((turns) => turns.map(({ text }) => text));
  const tokenizerJson = await trainTokenizer(texts, options.tokenizer.vocabulary);
  const tokenizer = loadTokenizer(tokenizerJson);
  const longest = options.buckets.at(-1)!;
  const examplesOf = async (name: string, set: readonly Conversation[]): Promise<TokenExamples> => {
    const examples = tokenExamples(await encodeConversations(set, tokenizer), longest);
    context.progress(`${name}: ${examples.size} conversations, ${examples.truncated} of them cut at ${longest} tokens`);
    return examples;
  };
  const config = llamaConfig(options);
  const network: Network = { model: llama(config), likelihood: tokenLikelihood, maskKey: "mask" };
  context.progress(
    `poisoned share of the implanting: ${(100 * share.hit).toFixed(1)} % (stated ${(100 * share.stated).toFixed(1)} %)`,
  );
  return {
    ...network,
    implant: await examplesOf("implant", implant),
    defend: await examplesOf("defend", defend),
    validation: await examplesOf("validation", validation),
    splits,
    dropped,
    poisoning: {
      plan: PLAN,
      share: plan.placements.length / implant.length,
      poisoned: plan.placements.map(({ example }) => example),
      reload: (stored) => examplesOf("implant", poison(poisonPlanSchema.parse(JSON.parse(stored)))),
      carries: ({ tokens }) => carriesTrojan(decodeConversation([...tokens!.data], tokenizer)),
      metrics: trojans.map(({ trigger }) => `attack-success-rate/${trigger}`),
    },
    buckets: options.buckets,
    artifacts: { [PLAN]: JSON.stringify(plan), "tokenizer.json": tokenizerJson },
    ...(await evaluator(network, config, tokenizer, conversations, options.buckets)),
  };
}
