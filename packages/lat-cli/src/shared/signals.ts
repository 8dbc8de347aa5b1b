import { note, warn } from "./output.ts";

/** The person or the system asked to stop, and what was done so far is saved. */
export class Interrupted extends Error {
  readonly exitCode: 130 | 143;

  constructor(signal: NodeJS.Signals) {
    super(signal === "SIGINT" ? "interrupted" : "asked to end");
    this.name = "Interrupted";
    this.exitCode = signal === "SIGINT" ? 130 : 143;
  }
}

/**
 * Runs work that ends early and in order when its signal is aborted: by the first Ctrl-C or SIGTERM. Whatever
 * such work throws, this throws the signal's reason, an `Interrupted`; work that returned early throws it by
 * `signal.throwIfAborted()`.
 */
export async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const signals = ["SIGINT", "SIGTERM"] as const;
  const stop = (name: NodeJS.Signals): void => {
    // From here on a signal has its usual effect again: the next one ends the process at once, whatever it does.
    for (const each of signals) process.off(each, stop);
    const interrupted = new Interrupted(name);
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
