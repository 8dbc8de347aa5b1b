import { LatError } from "lat-system";

/** Why a function could not be traced: the operation, the shapes it was given and the line that asked for it. */
export class TraceError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "TraceError";
  }
}

/** An operation made the first value that is not finite: which, of what, and the line that asked for it. */
export class NonFiniteError extends LatError {}

/** ` at file:line:column`: the innermost line of the stack that is neither this package's nor a dependency's. */
export function userLine(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 64;
  const frames = (new Error().stack ?? "").split("\n").slice(1);
  Error.stackTraceLimit = limit;
  const inside = /node_modules|lat-tensorflow\/(src|dist)\/(?!.*\.test\.)|native:|node:/;
  const place = frames.find((frame) => /:\d+:\d+/.test(frame) && !inside.test(frame))?.match(/([^\s(]+:\d+:\d+)/)?.[1];
  return place ? ` at ${place}` : "";
}
