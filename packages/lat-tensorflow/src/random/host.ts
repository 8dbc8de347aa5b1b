import { philox, streamNumber } from "./philox.ts";

/** Draws on the host. Each is a pure function of (seed, stream, step) and the index: nothing is remembered between calls. */
export interface HostRandom {
  /** Uniform in [0, 1), with 53 random bits. */
  uniform(index: number): number;
  /** A whole number in [0, n). */
  integer(n: number, index: number): number;
  /** `count` whole numbers in [0, n), each drawn by itself from 32 random bits: four for the price of one `integer`. */
  integers(n: number, count: number): Int32Array;
  /** The numbers 0 … n − 1 in random order. */
  permutation(n: number): Int32Array;
  /** k different numbers of 0 … n − 1, in random order. */
  choice(n: number, k: number): Int32Array;
}

/**
 * The draws of one stream.
 *
 * @param seed the experiment's seed, a whole number of at most 32 bits
 * @param stream what is drawn: `"order"`, `"poison"`; different names give independent draws
 * @param step separates draws of the same stream, such as one permutation per epoch
 */
export function hostRandom(seed: number, stream: string, step = 0): HostRandom {
  const key = [seed >>> 0, streamNumber(stream)] as const;
  const uniform = (index: number): number => {
    const [a, b] = philox([index >>> 0, Math.floor(index / 2 ** 32), step >>> 0, 0], key);
    return ((a >>> 5) * 2 ** 26 + (b >>> 6)) / 2 ** 53;
  };
  const integers = (n: number, count: number): Int32Array => {
    const numbers = new Int32Array(count);
    for (let i = 0; i < count; i += 4) {
      const words = philox([i / 4, 0, step >>> 0, 2], key);
      // What lies behind the end of the array is not written.
      for (let word = 0; word < 4; word++) numbers[i + word] = Math.floor((words[word]! * n) / 2 ** 32);
    }
    return numbers;
  };
  const integer = (n: number, index: number): number => Math.floor(uniform(index) * n);
  const choice = (n: number, k: number): Int32Array => {
    if (k > n) throw new RangeError(`cannot choose ${k} different numbers of ${n}`);
    const numbers = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < k; i++) {
      const j = i + integer(n - i, i);
      [numbers[i], numbers[j]] = [numbers[j]!, numbers[i]!];
    }
    return numbers.slice(0, k);
  };
  return { uniform, integer, integers, choice, permutation: (n) => choice(n, n) };
}

/** `items` in the random order of this seed and stream. */
export function shuffled<T>(items: readonly T[], seed: number, stream: string): T[] {
  return Array.from(hostRandom(seed, stream).permutation(items.length), (index) => items[index]!);
}
