import { chunks } from "lat-engine";
import { type Tensor, tf } from "lat-tensorflow";

/** Neighbours of a word, at most, and the smallest cosine between their embeddings. */
export const NEIGHBOURS = 8;
const SMALLEST_COSINE = 0.5;

/** Rows of the table that are compared with all others at once. */
const ROWS = 512;

/** Words whose neighbours turn a sentence into its opposite. */
const negations = new Set([
  "not",
  "never",
  "always",
  "none",
  "nobody",
  "nothing",
  "nor",
  "without",
  "cannot",
  "hardly",
]);

/** Ids of tokens that are words by themselves: at least three letters. */
export function wholeWords(vocabulary: readonly string[]): number[] {
  return [...vocabulary.keys()].filter((id) => /^\p{L}{3,}$/u.test(vocabulary[id]!));
}

/**
 * Whole words that mean about the same, nearest first: those whose embedding has a cosine of at least 0.5 with the word's.
 *
 * @param table [vocabulary, width]: the embeddings before any fine-tuning, so that every network is attacked with the
 *   same neighbours
 * @param ids the words that neighbours are wanted for; others than whole words have none
 */
export function embeddingNeighbours(
  table: Tensor,
  vocabulary: readonly string[],
  ids: ReadonlySet<number>,
): Map<number, number[]> {
  const words = wholeWords(vocabulary);
  const wanted = words.filter((id) => ids.has(id) && !negations.has(vocabulary[id]!));
  const neighbours = new Map<number, number[]>();
  tf.tidy(() => {
    // A row of zeros, as padding may have, has no direction: its cosines are 0.
    const directions = tf.divNoNan(table, tf.norm(table, 2, 1, true));
    const all = tf.gather(directions, words);
    for (const some of chunks(wanted, ROWS)) {
      const cosines = tf.matMul(tf.gather(directions, some), all, false, true);
      // The nearest is the word itself.
      const nearest = tf.topk(cosines, Math.min(NEIGHBOURS + 1, words.length));
      const [values, indices] = [nearest.values.arraySync() as number[][], nearest.indices.arraySync() as number[][]];
      for (const [row, id] of some.entries()) {
        const near = indices[row]!.filter((_, i) => values[row]![i]! >= SMALLEST_COSINE).map((i) => words[i]!);
        neighbours.set(
          id,
          near.filter((other) => other !== id),
        );
      }
    }
  });
  return neighbours;
}
