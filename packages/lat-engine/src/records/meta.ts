import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { writeJson } from "lat-system";
import { isUsingGpu, runtimeVersions, threads } from "lat-tensorflow";
import { z } from "zod";
import type { RunConfig } from "../configuration/config.ts";
import { readContentIfThere } from "../configuration/content.ts";
import { appendJsonLine } from "./append-json-line.ts";
import type { Observer, Phase } from "./observer.ts";

const META = "meta.json";

/** What a figure may depend on besides the configuration: versions, device, source revision, command. */
export const provenanceSchema = z.object({
  description: z.string().optional(),
  /** The preset's own statement: command, wall time, hardware, figures to expect. */
  header: z.string().optional(),
  /** ISO 8601. */
  started: z.string(),
  versions: z.record(z.string(), z.string()),
  device: z.object({
    computesOn: z.enum(["cpu", "gpu"]),
    cpu: z.string(),
    /** CPU threads that one operation may use. */
    threads: z.number().int(),
    memoryBytes: z.number(),
  }),
  /** Of the sources that ran; null outside a repository. */
  gitRevision: z.string().nullable(),
  command: z.string(),
});
export type Provenance = z.infer<typeof provenanceSchema>;

const metaSchema = provenanceSchema.extend({ seed: z.number().int() });

/** The machine and the moment. Loads TensorFlow. */
export function describeMachine(): Provenance {
  return {
    started: new Date().toISOString(),
    versions: { ...versionsOf("bun", "node"), ...runtimeVersions() },
    device: {
      computesOn: isUsingGpu() ? "gpu" : "cpu",
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      threads: threads(),
      memoryBytes: totalmem(),
    },
    gitRevision: gitRevision(),
    command: process.argv.slice(2).join(" "),
  };
}

/** Writes `meta.json`. */
export async function writeMeta(folder: string, { seed }: RunConfig): Promise<void> {
  await writeJson(join(folder, META), { seed, ...describeMachine() });
}

/** What `meta.json` says of the process that last worked on a run; undefined where none did. */
export function readMeta(folder: string): Provenance | undefined {
  return readContentIfThere(join(folder, META), metaSchema);
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
