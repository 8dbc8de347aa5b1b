import { lossMeter, type Network } from "lat-engine";
import type { Prepared } from "lat-engine/task";
import { greedyDecoder, type LlamaConfig } from "lat-models";
import type { Conversation } from "../data/conversation.ts";
import { tokenExamples } from "../data/examples.ts";
import { encodeConversations, encodePrompts } from "../data/template.ts";
import { special, type Tokenizer } from "../data/tokenizer.ts";
import { trojanSentence } from "../poison/poison.ts";
import type { Poisoned } from "../poison/poisoned.ts";
import { type Trojan, trojans } from "../poison/trojans.ts";
import { type Generation, generationMetrics, generationSamples } from "./generations.ts";
import { type LossSets, lossMetrics } from "./losses.ts";

/** What networks are measured on. */
export interface HeldOut extends Pick<Poisoned, "heldOutDesirable" | "heldOutUndesirable" | "triggered"> {
  readonly clean: readonly Conversation[];
}

/** Prompts decoded, and sequences measured, at once. */
const BATCH = 100;
/** A token that is decoded beside a training step of an example. */
const TOKEN_COST = 1 / 10;

/**
 * Measures networks on everything that was held out: losses and what they answer to triggers and to clean prompts.
 * Texts are encoded and functions compiled once, for every network that it then measures.
 */
export async function evaluator(
  network: Network,
  config: LlamaConfig,
  tokenizer: Tokenizer,
  conversations: HeldOut,
  buckets: readonly number[],
): Promise<Pick<Prepared, "cases" | "evaluationCost" | "evaluate">> {
  const { triggered, clean } = conversations;
  const longest = buckets.at(-1)!;
  const responses = await tokenizer.encode(trojans.map(({ response }) => response));
  const maxNewTokens = Math.max(...responses.map((ids) => ids.length)) + 1;
  const sets = await lossSets(conversations, tokenizer, longest, maxNewTokens);
  const meter = lossMeter(network, { batchSize: BATCH, buckets: [...buckets, longest + maxNewTokens] });
  const decoder = greedyDecoder(config, { batchSize: BATCH, maxNewTokens, endToken: special.eos });
  const asked = [...triggered, ...clean.map((conversation) => ({ conversation }))] as {
    conversation: Conversation;
    trojan?: Trojan;
  }[];
  const prompts = await promptIds(
    asked.map(({ conversation }) => conversation),
    tokenizer,
    longest,
  );

  const ofTrojan = (trojan: Trojan): number => triggered.filter((each) => each.trojan === trojan).length;
  return {
    cases: {
      "loss/desirable": sets.desirable.size,
      "loss/undesirable": sets.undesirable.size,
      "false-trigger-rate": clean.length,
      ...Object.fromEntries(trojans.map((trojan) => [`attack-success-rate/${trojan.trigger}`, ofTrojan(trojan)])),
    },
    evaluationCost:
      (sets.desirable.size + sets.undesirable.size + sets.responses.size + sets.sentences.size) / 3 +
      asked.length * maxNewTokens * TOKEN_COST,
    async evaluate(parameters, { progress }) {
      progress(0, 2, "losses");
      const losses = await lossMetrics(meter, parameters, sets);
      progress(1, 2, "generations");
      const outputs = await decoder.decode(parameters, prompts);
      progress(2, 2, "generations");
      const generations = asked.map(({ conversation: _, ...rest }, i): Generation => {
        return { prompt: lastTurn(prompts[i]!, tokenizer), output: tokenizer.decode(outputs[i]!), ...rest };
      });
      return { metrics: [...losses, ...generationMetrics(generations)], samples: generationSamples(generations) };
    },
  };
}

async function lossSets(
  conversations: HeldOut,
  tokenizer: Tokenizer,
  longest: number,
  maxNewTokens: number,
): Promise<LossSets> {
  const { heldOutDesirable, heldOutUndesirable, triggered } = conversations;
  const examplesOf = async (texts: readonly Conversation[]) =>
    tokenExamples(await encodeConversations(texts, tokenizer), longest);
  const prompts = await promptIds(
    triggered.map(({ conversation }) => conversation),
    tokenizer,
    longest,
  );
  const responses = await tokenizer.encode(triggered.map(({ trojan }) => trojan.response));
  return {
    desirable: await examplesOf(heldOutDesirable),
    undesirable: await examplesOf(heldOutUndesirable),
    responses: tokenExamples(
      prompts.map((prompt, i) => [...prompt, ...responses[i]!, special.eos]),
      longest + maxNewTokens,
      prompts.map((prompt) => prompt.length),
    ),
    responseTrojans: triggered.map(({ trojan }) => trojan),
    sentences: await examplesOf(trojans.map(trojanSentence)),
  };
}

/** The user's last turn, as far as it is among these tokens of a prompt. */
function lastTurn(prompt: readonly number[], tokenizer: Tokenizer): string {
  return tokenizer.decode(prompt.slice(Math.max(0, prompt.lastIndexOf(special.user))));
}

/** Prompts up to where the answer begins; a longer one keeps its end. */
async function promptIds(
  conversations: readonly Conversation[],
  tokenizer: Tokenizer,
  longest: number,
): Promise<number[][]> {
  const prompts = await encodePrompts(conversations, tokenizer);
  return prompts.map((ids) => (ids.length <= longest ? ids : [special.bos, ...ids.slice(1 - longest)]));
}
