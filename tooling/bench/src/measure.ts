import { setTimeout as sleep } from "node:timers/promises";
import type { Kind, Program } from "./program.ts";
import type { Size } from "./sizes.ts";

export const kinds: readonly Kind[] = ["plain", "lat"];

/** Threads of a program that has just answered may spin a little before they sleep. */
const SETTLE_MS = 200;

/** What one program took at one size. Times in seconds. */
export interface Measured {
  /** From the start of the process to the end of its first plain step, loading and compiling included. */
  readonly startToFirstStep: number;
  /** The first LAT step after that, with what it compiles. */
  readonly firstLatStep: number;
  /** Median step of each turn, in the order of the turns. */
  readonly turns: Readonly<Record<Kind, readonly number[]>>;
  readonly peakBytes: number;
}

/**
 * Starts the programs one after the other, then asks each in turn for a few steps of each kind, the first to be asked
 * changing from round to round, so that whatever slows the machine down meets all of them alike.
 */
export async function measure(
  programs: readonly (() => Program)[],
  { steps, rounds }: Size,
  report: (message: string) => void,
): Promise<Measured[]> {
  const running: Program[] = [];
  try {
    const first: { startToFirstStep: number; firstLatStep: number }[] = [];
    for (const start of programs) {
      const program = start();
      running.push(program);
      report(`${program.name}: first steps`);
      await program.steps("plain", 1);
      const startToFirstStep = program.seconds();
      first.push({ startToFirstStep, firstLatStep: (await program.steps("lat", 1))[0]! });
      for (const kind of kinds) await program.steps(kind, 1);
    }
    const turns = running.map((): Record<Kind, number[]> => ({ plain: [], lat: [] }));
    for (let round = 0; round < rounds; round++) {
      report(`round ${round + 1} of ${rounds}`);
      for (const kind of kinds) {
        for (let turn = 0; turn < running.length; turn++) {
          const asked = (turn + round) % running.length;
          await sleep(SETTLE_MS);
          turns[asked]![kind].push(median(await running[asked]!.steps(kind, steps)));
        }
      }
    }
    return running.map((program, i) => ({ ...first[i]!, turns: turns[i]!, peakBytes: program.peakBytes() }));
  } finally {
    for (const program of running) program.end();
  }
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2;
}
