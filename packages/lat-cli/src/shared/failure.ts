import { CommanderError } from "commander";
import { LatError } from "lat-system";
import { Interrupted } from "./signals.ts";

/** Says what went wrong and sets the exit code: 2 the request, 1 the work, 130 or 143 a signal. */
export function fail(error: unknown, { debug }: { debug: boolean }): void {
  if (error instanceof CommanderError) {
    // Commander has printed its message (or the help that was asked for) already.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  const known = error instanceof LatError || error instanceof Interrupted;
  process.exitCode = known ? error.exitCode : 1;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`error: ${known ? message : `unexpected: ${message}`}\n`);
  if (debug && error instanceof Error) process.stderr.write(`${trace(error)}\n`);
  else if (!known) process.stderr.write("Run again with --debug for the stack trace.\n");
}

function trace(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${trace(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
