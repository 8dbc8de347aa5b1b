/** The smallest padded length that holds `length`; the last bucket holds what is longer, truncated by the task. */
export function bucketOf(length: number, buckets: readonly number[] | undefined): number {
  return buckets?.find((bucket) => bucket >= length) ?? buckets?.at(-1) ?? length;
}

export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
