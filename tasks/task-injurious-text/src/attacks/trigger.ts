import { chunks } from "lat-engine";
import { hostRandom } from "lat-tensorflow";
import { type AttackContext, type AttackedText, keepBest, type Target } from "./attack.ts";

/** Words of the trigger. */
const LENGTH = 3;
/** Harmful training texts that it is searched on. */
const TEXTS = 16;
const ROUNDS = 3;
/** Words tried in each place and round, in the order of the estimates. */
const TRIED = 2;

/**
 * A few words that stand in front of every text and make it look benign: one trigger for all, searched on training texts
 * by the gradient with respect to the words. Source: Wallace et al. 2019 (universal adversarial triggers).
 */
export async function universalTrigger(context: AttackContext, targets: readonly Target[]): Promise<AttackedText[]> {
  const { trigger, queries } = await searchTrigger(context);
  const start = targets.map(({ text, logOdds }) => ({ text, logOdds, queries: queries / targets.length }));
  return keepBest(
    context,
    start,
    targets.map(({ text }) => [`${trigger} ${text}`]),
  );
}

/** The trigger found, and how many texts and gradients the search asked for. */
export async function searchTrigger({
  victim,
  encode,
  training,
  fillers,
  seed,
}: AttackContext): Promise<{ trigger: string; queries: number }> {
  const random = hostRandom(seed, "universal trigger");
  const texts = [...random.choice(training.harmful.length, Math.min(TEXTS, training.harmful.length))].map(
    (i) => training.harmful[i]!,
  );
  const withTrigger = (words: readonly string[]) => texts.map((text) => `${words.join(" ")} ${text}`);
  let queries = 0;
  const meanLogOdds = async (triggers: readonly string[][]): Promise<number[]> => {
    const logOdds = await victim.logOdds(await encode(triggers.flatMap(withTrigger)));
    queries += logOdds.length;
    return chunks([...logOdds], texts.length).map((all) => all.reduce((sum, value) => sum + value, 0) / all.length);
  };
  let best = Array.from({ length: LENGTH }, (_, i) => fillers.words[random.integer(fillers.words.length, 100 + i)]!);
  let [lowest] = (await meanLogOdds([best])) as [number];
  for (let round = 0; round < ROUNDS; round++) {
    const estimates = await victim.fillings(await encode(withTrigger(best)), fillers.ids, LENGTH);
    queries += texts.length;
    const ranked = estimates.map((estimate) =>
      [...estimate.keys()]
        .sort((a, b) => estimate[a]! - estimate[b]!)
        .slice(0, TRIED)
        .map((word) => fillers.words[word]!),
    );
    const single = ranked.flatMap((words, place) => words.map((word) => best.with(place, word)));
    const together = Array.from({ length: TRIED }, (_, i) => ranked.map((words) => words[i]!));
    const triggers = [...single, ...together];
    for (const [i, value] of (await meanLogOdds(triggers)).entries()) {
      if (value < lowest) [best, lowest] = [triggers[i]!, value];
    }
  }
  return { trigger: best.join(" "), queries };
}
