import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { note, warn } from "./output.ts";

const reasons = { SIGINT: "interrupted", SIGTERM: "asked to end", SIGHUP: "the terminal was closed" } as const;
type Signal = keyof typeof reasons;

/** The person or the system asked to stop, and what was done so far is saved. */
export class Interrupted extends Error {
  /** As a shell tells an end by a signal: 130 for Ctrl-C. */
  readonly exitCode: number;

  constructor(signal: Signal) {
    super(reasons[signal]);
    this.name = "Interrupted";
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Runs work that ends early and in order when its signal is aborted: by the first Ctrl-C, SIGTERM or SIGHUP. Whatever
 * such work throws, this throws the signal's reason, an `Interrupted`; work that returned early throws it by
 * `signal.throwIfAborted()`.
 */
export async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const signals = (Object.keys(reasons) as Signal[]).filter((name) => !isIgnored(name));
  const stop = (name: NodeJS.Signals): void => {
    // From here on a signal has its usual effect again: the next one ends the process at once, whatever it does.
    for (const each of signals) process.off(each, stop);
    const interrupted = new Interrupted(name as Signal);
    warn(`${interrupted.message}: finishing the step and saving. Once more ends at once and saves nothing.`);
    controller.abort(interrupted);
  };
  for (const each of signals) process.on(each, stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    const { aborted, reason } = controller.signal;
    if (!aborted || error === reason) throw error;
    note(error instanceof Error ? error.message : String(error));
    throw reason;
  } finally {
    for (const each of signals) process.off(each, stop);
  }
}

/** Whether the process was started with a signal ignored, as `nohup` does: it stays so. */
function isIgnored(name: Signal): boolean {
  if (process.platform !== "linux") return false;
  const [, mask] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return mask !== undefined && ((BigInt(`0x${mask}`) >> BigInt(constants.signals[name] - 1)) & 1n) === 1n;
}
