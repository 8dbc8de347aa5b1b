import type { Model } from "lat-engine";
import type { Metric, Prepared, Sample } from "lat-engine/task";
import type { AttackContext, AttackedText, Target } from "../attacks/attack.ts";
import { attacks } from "../attacks/attacks.ts";
import { targetsOf } from "../attacks/targets.ts";
import { victims } from "../attacks/victim.ts";
import type { LabelledText } from "../data/labelled-text.ts";
import type { Encoding, Tokenizer } from "../data/tokenizer.ts";
import {
  flaggingThreshold,
  OPERATING_POINT,
  queriesMetric,
  type ScoredSet,
  type Scores,
  setMetrics,
  successMetric,
} from "./metrics.ts";

/** AttackedText texts of each attack that the report shows. */
const SHOWN = 3;
/** About what all attacks together ask of the network, for each text. */
const QUERIES = 30;

/** Texts, encoded as the network reads them. */
export interface EncodedTexts {
  readonly texts: readonly LabelledText[];
  readonly encodings: readonly Encoding[];
}

/** Everything that networks are measured on. */
export interface Measurements {
  readonly validation: EncodedTexts;
  readonly test: EncodedTexts;
  /** Sets that people made, by name. */
  readonly heldOut: Readonly<Record<string, EncodedTexts>>;
  /** The harmful test texts that are attacked, cut to what the network reads of them. */
  readonly attacked: EncodedTexts;
  readonly training: AttackContext["training"];
  readonly fillers: AttackContext["fillers"];
  readonly neighbours: ReadonlyMap<number, readonly number[]>;
  /** Of everything that attacks draw. */
  readonly seed: number;
}

/**
 * Measures networks: on the clean test texts, on harmful test texts under every attack, on the most successful attack for
 * each text, and on the sets that people made. Benign texts are the clean ones, or the set's own.
 *
 * @param buckets padded lengths in tokens, the last with room for what attacks add
 */
export function evaluator(
  model: Model,
  tokenizer: Tokenizer,
  buckets: readonly number[],
  { validation, test, heldOut, attacked, training, fillers, neighbours, seed }: Measurements,
): Pick<Prepared, "cases" | "evaluationCost" | "evaluate"> {
  const victimOf = victims(model, tokenizer.padId, buckets);
  const longest = buckets.at(-1)!;
  const groups = attacked.texts.map(({ group }) => group);

  const harmful = (set: EncodedTexts): number => set.texts.filter((text) => text.harmful).length;
  const missed = (name: string): string => `false-negative-rate-at-${OPERATING_POINT}/${name}`;
  return {
    cases: {
      "auroc/clean": test.texts.length,
      [missed("clean")]: harmful(test),
      [missed("worst")]: attacked.texts.length,
      ...Object.fromEntries(Object.entries(heldOut).map(([name, set]) => [missed(name), harmful(set)])),
    },
    evaluationCost: (test.texts.length + validation.texts.length + QUERIES * attacked.texts.length) / 3,
    async evaluate(parameters, { progress, warn }) {
      const total = 2 + Object.keys(attacks).length;
      let done = 0;
      const advance = (what: string) => progress(done++, total, what);
      const victim = victimOf(parameters);
      advance("clean texts");
      const scored = async (set: EncodedTexts) => byLabel(set.texts, await victim.logOdds(set.encodings));
      const validationBenign = (await scored(validation)).benign.logOdds;
      const threshold = flaggingThreshold(validationBenign, OPERATING_POINT);
      const clean: ScoredSet = { name: "clean", ...(await scored(test)) };
      const people: ScoredSet[] = [];
      for (const [name, set] of Object.entries(heldOut)) {
        const { harmful, benign } = await scored(set);
        people.push({ name, harmful, benign: benign.groups.length > 0 ? benign : clean.benign });
      }
      advance("gradients");
      const texts = attacked.texts.map(({ text }) => text);
      const targets = await targetsOf(victim, texts, attacked.encodings, tokenizer, neighbours);
      const before: Scores = { logOdds: targets.map(({ logOdds }) => logOdds), groups };
      const context: AttackContext = {
        ...{ victim, training, fillers, seed },
        encode: (all) => tokenizer.encode(all, longest),
      };
      const results = new Map<string, AttackedText[]>();
      for (const [name, attack] of Object.entries(attacks)) {
        advance(name);
        results.set(name, await attack(context, targets));
      }
      const worst = groups.map((_, i) => Math.min(...[...results.values()].map((all) => all[i]!.logOdds)));
      const asked = groups.map((_, i) => [...results.values()].reduce((sum, all) => sum + all[i]!.queries, 0));
      const under = (name: string, logOdds: readonly number[]): Metric[] =>
        setMetrics({ name, harmful: { logOdds, groups }, benign: clean.benign }, validationBenign);
      const metrics: Metric[] = [
        ...setMetrics(clean, validationBenign),
        ...successMetric(before, worst, threshold),
        queriesMetric(asked, groups),
        ...under("worst", worst),
        ...people.flatMap((set) => setMetrics(set, validationBenign)),
      ];
      for (const [name, all] of results) {
        const logOdds = all.map((each) => each.logOdds);
        const queries = all.map((each) => each.queries);
        const success = successMetric(before, logOdds, threshold, name);
        metrics.push(...under(name, logOdds), ...success, queriesMetric(queries, groups, name));
        // Such an attack says nothing for a network: it may be too weak, or its gradients vanish.
        if ((success[0]?.value ?? 0) === 0) {
          warn(`the attack "${name}" changed the verdict on none of ${success[0]?.n ?? 0} flagged texts`);
        }
      }
      progress(total, total, "measured");
      return { metrics, samples: samplesOf(targets, results, threshold) };
    },
  };
}

function byLabel(texts: readonly LabelledText[], logOdds: Float64Array): { harmful: Scores; benign: Scores } {
  const of = (harmful: boolean): Scores => {
    const indices = [...texts.keys()].filter((i) => texts[i]!.harmful === harmful);
    return { logOdds: indices.map((i) => logOdds[i]!), groups: indices.map((i) => texts[i]!.group) };
  };
  return { harmful: of(true), benign: of(false) };
}

/** The first texts under each attack, with the verdicts before and after it. */
function samplesOf(
  targets: readonly Target[],
  results: ReadonlyMap<string, readonly AttackedText[]>,
  threshold: number,
): Sample[] {
  const verdict = (logOdds: number) =>
    `${logOdds > threshold ? "flagged" : "not flagged"} (log-odds ${logOdds.toFixed(2)})`;
  return [...results].flatMap(([group, all]) =>
    targets.slice(0, SHOWN).map(({ text: input, logOdds }, i): Sample => {
      const { text, logOdds: after } = all[i]!;
      const [before, output] = [{ output: verdict(logOdds) }, verdict(after)];
      return { kind: "text", group, input, text, before, output, failed: logOdds > threshold && after <= threshold };
    }),
  );
}
