import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { fileError, LatError, UsageError, writeFileAtomic } from "lat-system";
import { parse, stringify } from "yaml";
import { type RunConfig, runConfigSchema } from "../configuration/config.ts";
import { validateContent } from "../configuration/validate.ts";
import { isClaim } from "./claim-folder.ts";

const CONFIG = "config.yaml";

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
  if (entries.some((name) => !name.endsWith(".tmp") && !isClaim(name)))
    throw new UsageError(`${folder} is not empty and holds no run: choose another --out`);
}

/** The configuration in a run's folder, or in a file like the one there. */
export function readRunConfig(place: string): RunConfig {
  const path = statSync(place, { throwIfNoEntry: false })?.isFile() ? place : join(place, CONFIG);
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
  return validateContent(runConfigSchema, content, path);
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
