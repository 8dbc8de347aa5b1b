import { hostRandom } from "lat-tensorflow";
import type { Encoding, Word } from "../data/tokenizer.ts";
import type { Victim } from "./victim.ts";

/** A harmful text to be attacked, as far as the network reads it, and what one gradient says about it. */
export interface Target {
  readonly text: string;
  readonly logOdds: number;
  readonly words: readonly TargetWord[];
}

export interface TargetWord extends Word {
  readonly text: string;
  /** First-order estimates of the change of the log-odds: when the word is masked … */
  readonly masked: number;
  /** … and when it is replaced by a neighbour of its embedding: the neighbour that lowers them most, if any does. */
  readonly neighbour?: { readonly text: string; readonly change: number };
}

/** What an attack made of a text. It is harmful still, by construction. */
export interface AttackedText {
  readonly text: string;
  /** Log-odds that it is harmful, and how many texts and gradients the network was asked for to get there. */
  readonly logOdds: number;
  readonly queries: number;
}

/** Everything that attacks use. */
export interface AttackContext {
  readonly victim: Victim;
  readonly encode: (texts: readonly string[]) => Promise<Encoding[]>;
  /** Harmful texts, and beginnings of benign ones, of the training split, which an attacker may know. */
  readonly training: { readonly harmful: readonly string[]; readonly benign: readonly string[] };
  /** Words that a text can be filled with: whole tokens, with their ids. */
  readonly fillers: { readonly words: readonly string[]; readonly ids: Int32Array };
  readonly seed: number;
}

/** Makes texts look benign to a network. A function of its arguments alone. */
export type TextAttack = (context: AttackContext, targets: readonly Target[]) => Promise<AttackedText[]>;

/**
 * The log-odds of candidates for every text, one query each. Those of one that is longer than what the network reads are
 * infinite: it might only hide what is harmful.
 */
export async function ask(
  { victim, encode }: AttackContext,
  candidates: readonly (readonly string[])[],
): Promise<number[][]> {
  const encodings = await encode(candidates.flat());
  const logOdds = [...(await victim.logOdds(encodings))].map((odds, i) =>
    encodings[i]!.cut ? Number.POSITIVE_INFINITY : odds,
  );
  let next = 0;
  return candidates.map((all) => all.map(() => logOdds[next++]!));
}

/** The most benign for every text: of the best so far and of the candidates, about which the network is asked. */
export async function keepBest(
  context: AttackContext,
  best: readonly AttackedText[],
  candidates: readonly (readonly string[])[],
): Promise<AttackedText[]> {
  const logOdds = await ask(context, candidates);
  return best.map((start, i) => moreBenign(start, candidates[i]!, logOdds[i]!));
}

/** The candidate of the lowest log-odds, or the best so far where none is lower; with the queries for all of them. */
export function moreBenign(
  best: AttackedText,
  candidates: readonly string[],
  logOdds: readonly number[],
): AttackedText {
  const queries = best.queries + candidates.length;
  const lowest = Math.min(...logOdds);
  if (!(lowest < best.logOdds)) return { ...best, queries };
  return { text: candidates[logOdds.indexOf(lowest)]!, logOdds: lowest, queries };
}

/** The text with some of its words replaced, by their index. */
export function replaceWords({ text, words }: Target, replacements: ReadonlyMap<number, string>): string {
  let result = "";
  let copied = 0;
  for (const [index, { start, end }] of words.entries()) {
    const replacement = replacements.get(index);
    if (replacement === undefined) continue;
    result += text.slice(copied, start) + replacement;
    copied = end;
  }
  return result + text.slice(copied);
}

/** Draws for one text: they depend on the text's place and the attack's name, not on what is drawn for others. */
export function drawsFor({ seed }: AttackContext, attack: string, index: number) {
  return hostRandom(seed, attack, index);
}
