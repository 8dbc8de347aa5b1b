import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { CacheEntry } from "lat-system";
import { type CommonOptions, names, verb } from "../shared/options.ts";
import { age, note, print, printJson, size, table } from "../shared/output.ts";

const kinds = ["implanted", "data", "tensorflow", "partial", "other"] as const;
type Kind = (typeof kinds)[number];

interface CacheOptions extends CommonOptions {
  readonly clear?: readonly string[];
  readonly yes?: true;
}

/** An entry of the cache for people. */
interface Shown extends CacheEntry {
  readonly kind: Kind;
  readonly title: string;
  /** The task that it is of or for, where that is known. */
  readonly of: string;
}

export function addCache(program: Command): void {
  verb(program, "cache", "list what the per-user cache holds, or clear it", "lat cache --clear implanted,partial --yes")
    .option(
      "--clear <kinds>",
      "remove these, but not what a live process uses: implanted, data, tensorflow, partial, other, or all",
      names,
    )
    .option("--yes", "really remove; without it --clear says what would go")
    .action(cache);
}

async function cache({ clear, yes, json }: CacheOptions): Promise<void> {
  const entries = await shown();
  if (clear !== undefined) return remove(await chosen(entries, clear), yes ?? false, json ?? false);
  if (json) return printJson(entries);
  const { cacheFolder, userOf } = await import("lat-system");
  if (entries.length === 0) return print(`${cacheFolder()} holds nothing.`);
  const rows = await Promise.all(
    entries.map(async (entry) => {
      const user = await userOf(entry);
      return [
        entry.kind,
        entry.title,
        size(entry.bytes),
        age(entry.modified),
        entry.of,
        user ? `process ${user.pid}` : "",
      ];
    }),
  );
  print(table(["kind", "name", "size", "age", "of", "in use by"], rows));
  print(`\n${cacheFolder()}: ${size(sum(entries))}`);
}

/** By kind, each from the largest to the smallest. */
async function shown(): Promise<Shown[]> {
  const { listCache } = await import("lat-system");
  const { tensorflowPackages } = await import("lat-tensorflow/provision");
  const owners = await tasksOfPackages();
  const entries = (await listCache()).map((entry): Shown => {
    const kind = kindOf(entry, tensorflowPackages);
    const title = kind === "other" ? `${entry.room}/${entry.name}` : entry.name;
    return { ...entry, kind, title, of: owners.get(entry.path) ?? taskIn(entry.path) };
  });
  return entries.sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || b.bytes - a.bytes);
}

function kindOf({ room, name, partial }: CacheEntry, tensorflowPackages: readonly string[]): Kind {
  if (partial) return "partial";
  if (room === "implanted") return "implanted";
  if (room === "addons" || room === "libraries") return "tensorflow";
  if (room !== "packages") return "other";
  const [, of = ""] = /^(.*)-[^-]+-[0-9a-f]{8}$/.exec(name.replaceAll("+", "/")) ?? [];
  return tensorflowPackages.includes(of) ? "tensorflow" : "data";
}

/** The tasks of this workspace that need a package, by where it lies. */
async function tasksOfPackages(): Promise<Map<string, string>> {
  const { findTasks, loadTask } = await import("lat-engine/experiment");
  const { packagePath } = await import("lat-system");
  const owners = new Map<string, string>();
  for (const { name } of findTasks(process.cwd())) {
    // One that does not load must not be in the way.
    const task = await loadTask(name, process.cwd()).catch(() => undefined);
    for (const pin of task?.packages ?? []) {
      const path = packagePath(pin);
      owners.set(path, [owners.get(path), name].filter((each) => each !== undefined).join(", "));
    }
  }
  return owners;
}

/** What an implanted network's folder says that it is of. */
function taskIn(folder: string): string {
  try {
    const { task, preset } = JSON.parse(readFileSync(join(folder, "about.json"), "utf8"));
    return `${task} ${preset}`;
  } catch {
    return "";
  }
}

async function chosen(entries: readonly Shown[], clear: readonly string[]): Promise<Shown[]> {
  const { UsageError, unknownName } = await import("lat-system");
  const known = [...kinds, "all"];
  for (const kind of clear) if (!known.includes(kind)) throw new UsageError(unknownName("kind", kind, known));
  return entries.filter(({ kind }) => clear.includes("all") || clear.includes(kind));
}

async function remove(entries: readonly Shown[], yes: boolean, json: boolean): Promise<void> {
  const { removeEntry } = await import("lat-system");
  const removed: Shown[] = [];
  for (const entry of entries) {
    if (!json) print(`${entry.kind}: ${entry.title}, ${size(entry.bytes)}${entry.of && `, of ${entry.of}`}`);
    const user = yes ? await removeEntry(entry) : undefined;
    if (user) note(`${entry.path} is kept: process ${user.pid} on ${user.host} uses it`);
    else removed.push(entry);
  }
  if (json) printJson({ removed: yes ? removed : [], found: entries });
  else print(yes ? `removed ${size(sum(removed))}` : `${size(sum(entries))}: nothing is removed without --yes`);
}

function sum(entries: readonly CacheEntry[]): number {
  return entries.reduce((total, { bytes }) => total + bytes, 0);
}
