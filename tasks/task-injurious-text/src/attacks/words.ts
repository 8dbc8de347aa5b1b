import { type AttackContext, type AttackedText, keepBest, replaceWords, type Target } from "./attack.ts";

/** Shares of the words that are replaced; the network chooses between them. */
const BUDGETS = [0.07, 0.14, 0.2];

/**
 * Replaces the words that a gradient says lower the log-odds most by neighbours of their embeddings, which mean about the
 * same. Source of the idea: Ebrahimi et al. 2018 (HotFlip), with neighbours as in Jin et al. 2020 (TextFooler).
 */
export function words(context: AttackContext, targets: readonly Target[]): Promise<AttackedText[]> {
  const best = targets.map(({ text, logOdds }) => ({ text, logOdds, queries: 1 }));
  const candidates = targets.map((target) => {
    const order = target.words
      .flatMap(({ neighbour }, index) => (neighbour ? [{ index, ...neighbour }] : []))
      .sort((a, b) => a.change - b.change);
    const counts = new Set(BUDGETS.map((share) => Math.min(order.length, Math.ceil(share * target.words.length))));
    return [...counts].map((count) =>
      replaceWords(target, new Map(order.slice(0, count).map(({ index, text }) => [index, text]))),
    );
  });
  return keepBest(context, best, candidates);
}
