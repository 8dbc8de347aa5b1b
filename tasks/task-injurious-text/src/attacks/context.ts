import { type AttackContext, type Attacked, drawsFor, keepBest, type Target } from "./attack.ts";

const friendly = [
  "Thank you so much for asking, I hope you are having a lovely day with your family.",
  "I am happy to help you with your garden, your recipes and your holiday plans.",
  "Here is a gentle and kind reminder to be safe, to be respectful and to take care of each other.",
  "Of course! It is always a pleasure to talk about music, books and friendly animals.",
];

/**
 * A friendly sentence, or the beginning of a benign training text, in front of the harmful text or behind it: the network
 * chooses between one of each. The harmful text itself is untouched and inside what the network reads.
 */
export function distractingContext(side: "before" | "after") {
  return (context: AttackContext, targets: readonly Target[]): Promise<Attacked[]> => {
    const best = targets.map(({ text, logOdds }) => ({ text, logOdds, queries: 0 }));
    const { benign } = context.training;
    const candidates = targets.map(({ text }, i) => {
      const random = drawsFor(context, `context ${side}`, i);
      const sentence = friendly[random.integer(friendly.length, 0)]!;
      const snippet = benign[random.integer(benign.length, 1)]!;
      return [sentence, snippet].map((added) => (side === "before" ? `${added} ${text}` : `${text} ${added}`));
    });
    return keepBest(context, best, candidates);
  };
}
