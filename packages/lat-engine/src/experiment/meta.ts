import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import pino from "pino";
import type { Observer, Phase, RunConfig } from "./api.ts";
import { writeJson } from "./folder.ts";

/** What a figure may depend on besides the configuration: versions, device, source revision, command. */
export function describeMachine() {
  return {
    versions: { ...versionsOf("bun", "node"), "lat-engine": "0.1.0", tensorflow: "2.21.0" },
    device: { cpu: cpus()[0]?.model.trim() ?? "unknown", threads: cpus().length, memoryBytes: totalmem() },
    gitRevision: gitRevision(),
    command: process.argv.slice(2).join(" "),
  };
}

/** Writes `meta.json`. */
export async function writeMeta(folder: string, { seed }: RunConfig): Promise<void> {
  await writeJson(join(folder, "meta.json"), { started: new Date().toISOString(), seed, ...describeMachine() });
}

/** An observer that also writes what is said to the run's `log.jsonl`. */
export class RunLog implements Observer {
  private readonly file: pino.Logger;
  private readonly observer: Observer;

  constructor(folder: string, observer: Observer) {
    this.observer = observer;
    this.file = pino(
      { base: null, timestamp: pino.stdTimeFunctions.isoTime },
      pino.destination({ dest: join(folder, "log.jsonl"), sync: true }),
    );
  }

  phase(phase: Phase, label: string): void {
    this.file.info({ phase }, label);
    this.observer.phase(phase, label);
  }

  progress(done: number, total: number, detail: string): void {
    this.observer.progress(done, total, detail);
  }

  log(level: "info" | "warn" | "error", message: string): void {
    this.file[level](message);
    this.observer.log(level, message);
  }
}

function versionsOf(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (process.versions[name] ? [[name, process.versions[name]]] : [])));
}

function gitRevision(): string | null {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return null;
  }
}
