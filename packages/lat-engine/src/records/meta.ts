import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { writeJson } from "lat-system";
import { isUsingGpu } from "lat-tensorflow";
import type { RunConfig } from "../configuration/config.ts";
import { appendJsonLine } from "./append-json-line.ts";
import type { Observer, Phase } from "./observer.ts";

/** What a figure may depend on besides the configuration: versions, device, source revision, command. Loads TensorFlow. */
export function describeMachine() {
  return {
    versions: { ...versionsOf("bun", "node"), "lat-engine": "0.1.0", tensorflow: "2.21.0" },
    device: {
      computesOn: isUsingGpu() ? "gpu" : "cpu",
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      threads: cpus().length,
      memoryBytes: totalmem(),
    },
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
  private readonly path: string;
  private readonly observer: Observer;

  constructor(folder: string, observer: Observer) {
    this.path = join(folder, "log.jsonl");
    this.observer = observer;
  }

  phase(phase: Phase, label: string): void {
    this.write("info", label, { phase });
    this.observer.phase(phase, label);
  }

  progress(done: number, total: number, detail: string): void {
    this.observer.progress(done, total, detail);
  }

  log(level: "info" | "warn" | "error", message: string): void {
    this.write(level, message);
    this.observer.log(level, message);
  }

  /** Writes to the file alone what the observer's owner is told in another way. */
  write(level: "info" | "warn" | "error", message: string, more: { phase?: Phase } = {}): void {
    appendJsonLine(this.path, { time: new Date().toISOString(), level, message, ...more });
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
