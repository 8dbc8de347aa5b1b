/** One line of the table. */
export interface Row {
  readonly group: string;
  readonly what: string;
  /** Of ours against the reference, in the group's measure. */
  readonly error: number;
  /** Of PyTorch in float32 against itself in float64: what the precision alone costs. */
  readonly float32?: number;
  readonly bar: number;
}

/** NaN misses too. */
export function misses({ error, bar }: Row): boolean {
  return !(error <= bar);
}

/** The row that comes closest to missing its bar, with how many it stands for. */
export function worst(rows: readonly Row[]): Row {
  const most = rows.reduce((a, b) => (misses(a) || a.error >= b.error ? a : b));
  return { ...most, what: `${most.what} (worst of ${rows.length})` };
}

export function format(rows: readonly Row[]): string {
  const groups = [...new Set(rows.map(({ group }) => group))];
  const line = (what: string, ...cells: string[]): string =>
    [what.padEnd(72), ...cells.map((cell) => cell.padStart(14))].join("");
  return groups
    .flatMap((group) => [
      "",
      line(group, "ours", "PyTorch f32", "bar"),
      ...rows
        .filter((row) => row.group === group)
        .map((row) =>
          line(
            `  ${row.what}`,
            row.error.toExponential(1),
            row.float32?.toExponential(1) ?? "",
            `${misses(row) ? "MISSES" : "≤"} ${row.bar.toExponential(0)}`,
          ),
        ),
    ])
    .join("\n");
}

/** ‖a − b‖ / ‖b‖ */
export function relativeError(a: Float32Array, b: Float32Array): number {
  checkLengths(a, b);
  let [difference, size] = [0, 0];
  b.forEach((expected, i) => {
    difference += (a[i]! - expected) ** 2;
    size += expected ** 2;
  });
  return Math.sqrt(difference / size);
}

/** 1 − cosine of the angle between a and b */
export function angle(a: Float32Array, b: Float32Array): number {
  checkLengths(a, b);
  let [product, squareA, squareB] = [0, 0, 0];
  b.forEach((y, i) => {
    const x = a[i]!;
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  });
  return 1 - product / Math.sqrt(squareA * squareB);
}

/** The largest |a − b|, relative to the largest |b|: elements that are nearly 0 have no relative error of their own. */
export function largestError(a: Float32Array, b: Float32Array): number {
  checkLengths(a, b);
  const largest = b.reduce((most, expected) => Math.max(most, Math.abs(expected)), 0);
  return b.reduce((worst, expected, i) => Math.max(worst, Math.abs(a[i]! - expected)), 0) / largest;
}

/** The largest |a − b| / |b|. */
export function worstRelative(a: Float32Array, b: Float32Array): number {
  checkLengths(a, b);
  return b.reduce((worst, expected, i) => Math.max(worst, Math.abs(a[i]! - expected) / Math.abs(expected)), 0);
}

function checkLengths(a: Float32Array, b: Float32Array): void {
  if (a.length !== b.length) throw new RangeError(`${a.length} numbers cannot be compared with ${b.length}`);
}
