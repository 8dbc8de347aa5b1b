import { distance } from "fastest-levenshtein";

/** The known name nearest to `received` by edit distance, or undefined where none is near (over half of its length). */
export function nearest(received: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(received.length / 2)) + 1;
  for (const name of known) {
    const d = distance(received.toLowerCase(), name.toLowerCase());
    if (d < bestDistance) {
      best = name;
      bestDistance = d;
    }
  }
  return best;
}

/** `unknown site "layers.99.residual"; did you mean "layers.9.residual"? Known: a, b, c` */
export function unknownName(kind: string, received: string, known: readonly string[]): string {
  const near = nearest(received, known);
  return `unknown ${kind} "${received}"${near ? `; did you mean "${near}"?` : "."} Known: ${known.join(", ") || "none"}`;
}
