/**
 * An error whose message is written for the person at the keyboard: what was received, what was expected, what to do.
 * The command line prints it without a stack trace and exits with `exitCode`: 2 when the request was wrong (usage),
 * 1 when the request was right and the work failed.
 */
export class LatError extends Error {
  readonly exitCode: 1 | 2;

  constructor(message: string, options: { exitCode?: 1 | 2; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "LatError";
    this.exitCode = options.exitCode ?? 1;
  }
}

/** The request itself is wrong: an unknown name, a value out of range, options that contradict each other. Exit code 2. */
export class UsageError extends LatError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, { ...options, exitCode: 2 });
    this.name = "UsageError";
  }
}

/** A data file holds nothing: one of many that does is no reason to refuse the others. */
export class EmptyFileError extends LatError {
  constructor(path: string) {
    super(`${path} has no rows; expected at least one`);
    this.name = "EmptyFileError";
  }
}

/** A line of a data file is valid, but no row: the file is of another kind. `where`: the file and the line. */
export class NoRowError extends LatError {
  readonly where: string;

  constructor(where: string, found: string) {
    super(`${where}: expected a JSON object; found ${found}`);
    this.name = "NoRowError";
    this.where = where;
  }
}
