import { LatError } from "lat-system";

/**
 * One property that every model or every task has. A test runner runs it: `test.each(checks)("$name", ({ run }) => run())`.
 */
export interface Check {
  readonly name: string;
  /** Throws where the property does not hold, saying where and by how much. */
  run(): void | Promise<void>;
}

/** A property of the contract does not hold. */
export class ConformanceError extends LatError {}

export function ensure(holds: boolean, message: () => string): void {
  if (!holds) throw new ConformanceError(message());
}
