import { cellOf, LatError, numberIn, quote, type Row, scoreOf, show, UsageError } from "lat-system";
import { z } from "zod";
import { HARMFUL_FROM, isHarmful } from "./labelled-text.ts";

export const labelsSchema = z
  .array(z.union([z.string(), z.number(), z.boolean()]))
  .min(1)
  .nullable()
  .default(null);
type Label = string | number | boolean;
type Labels = readonly Label[] | null;

/** Which labels mean what; `harmful` null: labels are scores from 0 to 1, harmful from 0.5 on. */
export interface Meaning {
  readonly harmful: Labels;
  readonly benign: Labels;
}

/** How many rows have each label, by what it was taken to mean. */
export type LabelCounts = Readonly<Record<keyof Meaning, Map<string, number>>>;

/** A listed number is met by every way to write it (1, "1", "1.0"), text only by itself: " Toxic" is not "Toxic". */
function meets(cell: unknown, label: Label): boolean {
  if (typeof label === "number") return typeof cell !== "boolean" && numberIn(cell) === label;
  return ["string", "number", "bigint", "boolean"].includes(typeof cell) && String(cell) === String(label);
}

/** The first label that both lists have, or undefined. */
export function labelInBoth({ harmful, benign }: Meaning): Label | undefined {
  return harmful?.find((one) => benign?.some((other) => meets(one, other) || meets(other, one)));
}

/**
 * What the label of a row means, counted.
 *
 * @throws {LatError} where it is missing or in neither list: nothing is benign because nothing is said of it
 */
export function harmfulOf(row: Row, column: string, meaning: Meaning, counts: LabelCounts): boolean {
  if (meaning.harmful === null) {
    const harmful = isHarmful([scoreOf(row, column)]);
    count(counts, harmful, `score ${harmful ? "from" : "under"} ${HARMFUL_FROM}`);
    return harmful;
  }
  const cell = cellOf(row, column);
  for (const kind of ["harmful", "benign"] as const) {
    const label = meaning[kind]?.find((each) => meets(cell, each));
    if (label === undefined) continue;
    count(counts, kind === "harmful", String(label));
    return kind === "harmful";
  }
  const lists = `options.harmful (${listed(meaning.harmful)}) and options.benign (${listed(meaning.benign)})`;
  throw new LatError(
    `${row.where}, column ${quote(column)}: expected one of the labels in ${lists}; found ${show(cell)}: ` +
      "list it in the one that it belongs to, or mend the row",
  );
}

/** @throws {UsageError} where a listed label is on no row, which a slip of the pen may be */
export function requireAll(path: string, meaning: Meaning, counts: LabelCounts): void {
  for (const kind of ["harmful", "benign"] as const) {
    const absent = meaning[kind]?.find((label) => !counts[kind].has(String(label)));
    if (absent === undefined) continue;
    throw new UsageError(
      `${path}: options.${kind} lists ${show(absent)}, which no row has: ${tellCounts(counts)}; correct it, or take it out`,
    );
  }
}

export function noCounts(): LabelCounts {
  return { harmful: new Map(), benign: new Map() };
}

/** The counts as JSON keeps them. */
export function countsForJson({ harmful, benign }: LabelCounts): Record<keyof Meaning, Record<string, number>> {
  return { harmful: Object.fromEntries(harmful), benign: Object.fromEntries(benign) };
}

/** `harmful: 398 "Toxic"; benign: 402 "Not Toxic"` */
export function tellCounts(counts: LabelCounts): string {
  const tell = (kind: keyof Meaning) =>
    `${kind}: ${[...counts[kind]].map(([label, rows]) => `${rows} ${quote(label)}`).join(", ") || "no row"}`;
  return `${tell("harmful")}; ${tell("benign")}`;
}

function count(counts: LabelCounts, harmful: boolean, label: string): void {
  const kind = counts[harmful ? "harmful" : "benign"];
  kind.set(label, (kind.get(label) ?? 0) + 1);
}

function listed(labels: Labels): string {
  return labels?.map((label) => show(label)).join(", ") ?? "not given";
}
