import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { LatError, UsageError, unknownName } from "lat-system";
import { globSync } from "tinyglobby";
import { z } from "zod";
import { readContent } from "../configuration/content.ts";
import type { Task } from "./task.ts";

const manifestSchema = z.object({
  name: z.string(),
  version: z.string().default("0.0.0"),
  description: z.string().default(""),
  workspaces: z.array(z.string()).optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  lat: z.object({ task: z.string().min(1) }).optional(),
});
type Manifest = z.infer<typeof manifestSchema>;

/** A package that carries a task. */
export interface TaskEntry {
  readonly name: string;
  /** Of the package. */
  readonly version: string;
  readonly description: string;
  readonly package: string;
  readonly folder: string;
}

const folders = new WeakMap<Task<never>, string>();

/** The folder of the package that a task was loaded from; undefined for a task made in a program. */
export function folderOf(task: Task<never>): string | undefined {
  return folders.get(task);
}

/**
 * The tasks of the workspace around `from`: every workspace package whose package.json says `"lat": { "task": … }`.
 *
 * @throws LatError where two packages claim one name, or a package.json is malformed
 */
export function findTasks(from: string): TaskEntry[] {
  const root = workspaceRoot(from);
  const patterns = root ? (readManifest(root).workspaces ?? []) : [];
  const entries = new Map<string, TaskEntry>();
  for (const folder of globSync(patterns, { cwd: root!, onlyDirectories: true, expandDirectories: false }).sort()) {
    const path = resolve(root!, folder);
    if (!existsSync(join(path, "package.json"))) continue;
    const { lat, name, version, description } = readManifest(path);
    if (!lat) continue;
    const other = entries.get(lat.task);
    if (other) throw new LatError(`two packages are the task "${lat.task}": ${other.folder} and ${path}. Rename one.`);
    entries.set(lat.task, { name: lat.task, version, description, package: name, folder: path });
  }
  return [...entries.values()];
}

/**
 * Loads a task by name.
 *
 * @throws UsageError naming the nearest task where there is none of that name; LatError where its package does not load
 */
export async function loadTask(name: string, from: string): Promise<Task<never>> {
  const entries = findTasks(from);
  const entry = entries.find((candidate) => candidate.name === name);
  if (!entry)
    throw new UsageError(
      unknownName(
        "task",
        name,
        entries.map((candidate) => candidate.name),
      ),
    );
  const task = await defaultExport(entry);
  if (task?.name !== name) {
    const found = task === undefined ? "missing" : task?.name === undefined ? "not a task" : `the task "${task.name}"`;
    throw new LatError(`${entry.package}: its default export is ${found}, expected the task "${name}" (defineTask)`);
  }
  folders.set(task, entry.folder);
  return task;
}

async function defaultExport(entry: TaskEntry): Promise<Task<never> | null | undefined> {
  const main = entryPoint(entry);
  try {
    const module = (await import(pathToFileURL(main).href)) as { default?: Task<never> | null };
    return module.default;
  } catch (cause) {
    if (cause instanceof LatError) throw cause;
    throw new LatError(`the task package ${entry.package} does not load: ${(cause as Error).message} (${main})`, {
      cause,
    });
  }
}

function entryPoint({ package: name, folder }: TaskEntry): string {
  let main: string;
  try {
    main = createRequire(join(folder, "package.json")).resolve(name);
  } catch {
    main = join(folder, "dist", "index.js");
  }
  if (!existsSync(main))
    throw new LatError(`the task package ${name} is not built (${main} does not exist): run \`bun run build\``);
  return main;
}

/** Nearest folder upwards whose package.json has workspaces. */
function workspaceRoot(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json")) && readManifest(folder).workspaces) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

export function readManifest(folder: string): Manifest {
  return readContent(join(folder, "package.json"), manifestSchema);
}
