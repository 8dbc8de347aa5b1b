import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { LatError, lastLines } from "lat-system";

export type Kind = "plain" | "lat";

/** A program that answers `KIND COUNT` with the seconds of each step. It runs only while it is asked. */
export class Program {
  readonly name: string;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private readonly started = performance.now();
  private errors = "";

  constructor(
    name: string,
    command: readonly [string, ...string[]],
    environment: Readonly<Record<string, string>> = {},
  ) {
    this.name = name;
    const [executable, ...args] = command;
    this.child = spawn(executable, args, { env: { ...process.env, ...environment } });
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.errors += text;
    });
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws {LatError} with the end of what the program wrote on standard error, where it ended instead */
  async steps(kind: Kind, count: number): Promise<number[]> {
    this.child.stdin.write(`${kind} ${count}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new LatError(`${this.name} ended:\n${lastLines(this.errors, 20)}`);
    return JSON.parse(value) as number[];
  }

  /** Since the program was started. */
  seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  /** The most memory that was resident at a time so far, in bytes. */
  peakBytes(): number {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.child.pid}/status`, "utf8")) ?? [];
    return Number(kilobytes) * 1024;
  }

  end(): void {
    this.child.stdin.end();
  }
}
