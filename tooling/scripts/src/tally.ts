export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what a colour code starts with
const colour = /\u001b\[[0-9;]*m/g;

/**
 * Counts what turbo's log tells, replayed logs of cached tasks included: every test by vitest's own totals, and one
 * failure for every task that failed without a failing test (a type error, a lint error, a test file that did not load).
 */
export function tally(log: string): Tally {
  let passed = 0;
  const failedTests = new Map<string, number>();
  const failedTasks = new Set<string>();
  for (const line of log.replace(colour, "").split("\n")) {
    const [, task, totals] = /^(\S+:test):\s+Tests\s+(.*)$/.exec(line) ?? [];
    if (task !== undefined && totals !== undefined) {
      passed += count(totals, "passed");
      failedTests.set(task, count(totals, "failed"));
    }
    const [, name, script] = /^(\S+)#(\S+): command .* exited \(/.exec(line) ?? [];
    if (name !== undefined) failedTasks.add(`${name}:${script}`);
  }
  let failed = 0;
  for (const number of failedTests.values()) failed += number;
  for (const task of failedTasks) if (!failedTests.get(task)) failed += 1;
  return { passed, failed };
}

function count(totals: string, outcome: string): number {
  return Number(new RegExp(`(\\d+) ${outcome}`).exec(totals)?.[1] ?? 0);
}
