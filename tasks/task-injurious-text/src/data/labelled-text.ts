import type { SplitName } from "lat-system";

/** A text that people judged. */
export interface LabelledText {
  readonly text: string;
  readonly harmful: boolean;
  /** Texts of one group (the answers to one request) resemble each other and never fall in two splits. */
  readonly group: string;
  /** The split that a user's file says it is in. */
  readonly split?: SplitName | undefined;
}

/** The mean score from which a text is harmful. */
export const HARMFUL_FROM = 0.5;

/** Whether scores in [0, 1] make a text harmful. */
export function isHarmful(scores: readonly number[]): boolean {
  return scores.reduce((sum, score) => sum + score, 0) / scores.length >= HARMFUL_FROM;
}
