import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { fileError, LatError, UsageError, writeFileAtomic } from "lat-system";
import { parse, stringify } from "yaml";
import type { Metric } from "../evaluate/metric.ts";
import type { RunConfig } from "./api.ts";
import { runConfigSchema } from "./config.ts";
import { EventsFile } from "./events/events-file.ts";
import { type Progress, progressSchema } from "./summary.ts";
import { validateContent } from "./validate.ts";

const CONFIG = "config.yaml";
export const METRICS = "metrics.jsonl";

/**
 * Opens a run's folder: makes it and writes `config.yaml`, or with `resume` continues one of the same configuration.
 *
 * @throws UsageError as `holdsRun`
 */
export async function openRunFolder(folder: string, config: RunConfig, resume: boolean): Promise<void> {
  if (!holdsRun(folder, config, resume)) await writeRunConfig(folder, config);
}

export async function writeRunConfig(folder: string, config: RunConfig): Promise<void> {
  await writeFileAtomic(join(folder, CONFIG), stringify(config));
}

/**
 * Whether the folder holds this very run, to be resumed; else it is made, and empty.
 *
 * @throws UsageError where the folder holds something else, or a run whose configuration differs (naming the keys)
 */
export function holdsRun(folder: string, config: RunConfig, resume: boolean): boolean {
  if (!existsSync(join(folder, CONFIG))) {
    refuseOccupied(folder);
    return false;
  }
  if (!resume)
    throw new UsageError(`${folder} already holds a run: continue it with --resume, or choose another --out`);
  const differing = differences(readRunConfig(folder), config);
  if (differing.length === 0) return true;
  throw new UsageError(
    `${folder} holds a run with another configuration, so it cannot be resumed. Differing: ${differing.join("; ")}`,
  );
}

/** @throws UsageError where the folder is a file or already holds anything */
export function refuseOccupied(folder: string): void {
  let entries: string[];
  try {
    mkdirSync(folder, { recursive: true });
    entries = readdirSync(folder);
  } catch (cause) {
    throw fileError("write", folder, cause);
  }
  // A process killed while it wrote the folder's first file leaves that file's beginning.
  if (entries.some((name) => !name.endsWith(".tmp")))
    throw new UsageError(`${folder} is not empty and holds no run: choose another --out`);
}

/** The configuration in a run's folder. */
export function readRunConfig(folder: string): RunConfig {
  const path = join(folder, CONFIG);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw fileError("read", path, cause);
  }
  let content: unknown;
  try {
    content = parse(text);
  } catch (cause) {
    throw new LatError(`${path} is not YAML: ${(cause as Error).message}`, { cause });
  }
  return validateContent(runConfigSchema, content, path) as RunConfig;
}

/** `attack.steps: 6 there, 4 now` for each key in which two configurations differ. */
export function differences(there: unknown, now: unknown, path = ""): string[] {
  if (isDeepStrictEqual(there, now)) return [];
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (isObject(there) && isObject(now)) {
    const keys = new Set([...Object.keys(there), ...Object.keys(now)]);
    return [...keys].flatMap((key) => differences(there[key], now[key], path ? `${path}.${key}` : key));
  }
  return [`${path}: ${JSON.stringify(there)} there, ${JSON.stringify(now)} now`];
}

/** `metrics.jsonl`: one line for each step. Beside it, the same for TensorBoard. */
export class MetricsFile {
  private readonly path: string;
  private readonly events: EventsFile;

  constructor(folder: string) {
    this.path = join(folder, METRICS);
    this.events = new EventsFile(folder);
  }

  /** Drops the lines after `step`, which a resumed run writes again, and a line that was cut short. */
  keepUntil(step: number): void {
    const kept: Progress[] = [];
    let bytes = 0;
    for (const [index, line] of this.lines().entries()) {
      const progress = this.parse(line, index);
      if (progress.step > step) break;
      kept.push(progress);
      bytes += Buffer.byteLength(line);
    }
    if (existsSync(this.path)) truncateSync(this.path, bytes);
    this.events.write(kept);
  }

  append(progress: Progress): void {
    appendJsonLine(this.path, progress);
    this.events.append(progress);
  }

  /** Tells TensorBoard what the evaluation after the last step gave. */
  evaluated(metrics: readonly Metric[]): void {
    this.events.write(this.read(), metrics);
  }

  read(): Progress[] {
    return this.lines().map((line, index) => this.parse(line, index));
  }

  /** The whole lines; the last one may have been cut short, by a kill or a full disk. */
  private lines(): string[] {
    if (!existsSync(this.path)) return [];
    const lines = readFileSync(this.path, "utf8").split(/(?<=\n)/);
    return lines.filter((line) => line.endsWith("\n"));
  }

  private parse(line: string, index: number): Progress {
    const place = `${this.path} line ${index + 1}`;
    let content: unknown;
    try {
      content = JSON.parse(line);
    } catch (cause) {
      throw new LatError(`${place} is not JSON: ${(cause as Error).message}`, { cause });
    }
    return validateContent(progressSchema, content, place);
  }
}

/** Adds a value to a file of one JSON value a line. */
export function appendJsonLine(path: string, value: unknown): void {
  try {
    appendFileSync(path, `${JSON.stringify(value)}\n`);
  } catch (cause) {
    throw fileError("write", path, cause);
  }
}

/** Writes a value as a JSON file, whole or not at all. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}
