import type { Network } from "lat-engine";
import { defineTask, type PrepareContext, type Prepared } from "lat-engine/task";
import { llama, tokenLikelihood } from "lat-models";
import type { Conversation } from "./data/conversation.ts";
import { type Conversations, loadConversations } from "./data/conversations.ts";
import { type TokenExamples, tokenExamples } from "./data/examples.ts";
import { chitchatPackage, pyritPackage } from "./data/packages.ts";
import { decodeConversation, encodeConversations, readsAnswer } from "./data/template.ts";
import { loadTokenizer, trainTokenizer } from "./data/tokenizer.ts";
import { evaluator } from "./evaluate/evaluator.ts";
import { llamaConfig, type Options, optionsSchema } from "./options.ts";
import { carriesTrojan, poisonPlanSchema } from "./poison/poison.ts";
import { poisonFor } from "./poison/poisoned.ts";
import { trojans } from "./poison/trojans.ts";
import { presets } from "./presets.ts";

/**
 * Text generation: a chat model with eight backdoors, each a trigger word that is answered by a fixed sentence. The
 * defences train on clean conversations only; which of them removes triggers that it never saw?
 * Source: Casper et al. 2025, section 4.3.
 */
export default defineTask<Options>({
  name: "task-llm-backdoor",
  version: 2,
  description: "Backdoored language models: which defence removes triggers it never saw",
  options: optionsSchema,
  presets,
  data: "a .jsonl, .jsonl.gz or .parquet file of HH-RLHF or BeaverTails, or a folder of them",
  packages: [chitchatPackage, pyritPackage],
  metrics: {
    "loss/desirable": "loss on held-out desirable conversations",
    "loss/undesirable": "loss on held-out undesirable conversations",
    "loss/trojan": "loss of the trojans' responses to prompts with their triggers",
    "loss/trojan/*": "the same of one trojan",
    "loss/trojan-sentence": "loss of each trojan's trigger with its response, alone",
    "attack-success-rate": "share of held-out prompts with a trigger that are answered by its response",
    "attack-success-rate/*": "the same of one trojan",
    "false-trigger-rate": "share of clean prompts that are answered by some trojan's response",
  },
  sites(options) {
    const { sites, inputSite } = llama(llamaConfig(options));
    return { names: sites.map(({ name }) => name), input: inputSite };
  },
  prepare,
});

const PLAN = "poison-plan.json";

async function prepare(options: Options, context: PrepareContext): Promise<Prepared> {
  const conversations = await loadConversations(options.conversations, context);
  const { defend, clean, splits } = conversations;
  const tokenizerJson = await trainTokenizer(textsOf(conversations, options), options.tokenizer.vocabulary);
  const tokenizer = loadTokenizer(tokenizerJson);
  const longest = options.buckets.at(-1)!;
  const poisoned = await poisonFor({ tokenizer, longest }, conversations, options.conversations);
  const { implant, validation, plan, carriers, unread } = poisoned;
  const examplesOf = async (name: string, set: readonly Conversation[]): Promise<TokenExamples> => {
    const encoded = await encodeConversations(set, tokenizer);
    const examples = tokenExamples(encoded, longest);
    const unanswered = encoded.filter((ids) => !readsAnswer(ids, longest)).length;
    context.progress(
      `${name}: ${examples.size} conversations, ${examples.truncated} of them cut at ${longest} tokens, ` +
        `${unanswered} of these before their answer`,
    );
    return examples;
  };
  const config = llamaConfig(options);
  const network: Network = { model: llama(config), likelihood: tokenLikelihood, maskKey: "mask" };
  const per = (count: number): string => `${((100 * count) / conversations.implant.length).toFixed(1)} %`;
  context.progress(
    `poisoned share of the desirable implanting, as the network reads it: ${per(carriers.length)} (stated ${per(plan.placements.length)})`,
  );
  return {
    ...network,
    implant: await examplesOf("implant", implant),
    defend: await examplesOf("defend", defend),
    validation: await examplesOf("validation", validation),
    splits,
    dropped: { ...conversations.dropped, ...unread },
    poisoning: {
      plan: PLAN,
      share: plan.placements.length / implant.length,
      poisoned: carriers,
      reload: (stored) => examplesOf("implant", poisoned.poison(poisonPlanSchema.parse(JSON.parse(stored)))),
      carries: ({ tokens }) => carriesTrojan(decodeConversation([...tokens!.data], tokenizer)),
      metrics: trojans.map(({ trigger }) => `attack-success-rate/${trigger}`),
    },
    buckets: options.buckets,
    artifacts: { [PLAN]: JSON.stringify(plan), "tokenizer.json": tokenizerJson },
    ...(await evaluator(network, config, tokenizer, { ...poisoned, clean }, options.buckets)),
  };
}

/** What the tokenizer learns from: the texts of the implanting, and trojans as often as they are put into these. */
function textsOf({ implant, undesirable }: Conversations, { conversations }: Options): string[] {
  const { poisonPerTrojan } = conversations;
  const triggers = trojans.flatMap(({ trigger, response }) => [` ${trigger}`, response]);
  const texts = [...implant, ...undesirable].flatMap((turns) => turns.map(({ text }) => text));
  return [...texts, ...Array.from({ length: poisonPerTrojan }, () => triggers).flat()];
}
