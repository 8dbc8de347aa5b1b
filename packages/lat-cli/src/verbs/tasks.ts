import type { Command } from "commander";
import type { Setting, TaskEntry } from "lat-engine/experiment";
import type { Task } from "lat-engine/task";
import { type CommonOptions, verb } from "../shared/options.ts";
import { print, printJson, size } from "../shared/output.ts";

export function addTasks(program: Command): void {
  verb(program, "tasks", "list the tasks of this workspace, or what one of them has", "lat tasks <task>")
    .argument("[name]", "shows its options, sites, presets, metrics and data")
    .action(tasks);
}

async function tasks(name: string | undefined, options: CommonOptions): Promise<void> {
  const { findTasks, loadTask } = await import("lat-engine/experiment");
  const entries = findTasks(process.cwd());
  if (name === undefined) return list(entries, options);
  const task = await loadTask(name, process.cwd());
  const description = await describe(task, entries.find((entry) => entry.name === name)!);
  if (options.json) printJson(description);
  else print(inWords(description));
}

function list(entries: readonly TaskEntry[], options: CommonOptions): void {
  if (options.json) printJson(entries);
  else if (entries.length === 0) print("No package of this workspace names a task in its package.json.");
  else print(columns(entries.map(({ name, description }) => [name, description])));
}

type Description = Awaited<ReturnType<typeof describe>>;

/** What a task has, whose sites are those of its first preset's options. */
async function describe(task: Task<never>, { package: from, version, folder }: TaskEntry) {
  const { attackSchema, settingsOf, trainSchema } = await import("lat-engine/experiment");
  const { name, description, data, packages, presets, metrics } = task;
  const [first] = Object.values(presets);
  return {
    ...{ name, description, package: from, version, folder },
    data: data ?? null,
    packages: packages.map((pin) => ({ name: pin.name, bytes: pin.bytes, license: pin.license })),
    presets,
    sites: first ? task.sites(first.options) : { names: [], input: "" },
    metrics,
    settings: {
      options: settingsOf(task.options, "options"),
      train: settingsOf(trainSchema, "defend"),
      attack: settingsOf(attackSchema, "attack"),
    },
  };
}

function inWords({ name, description, data, packages, presets, sites, metrics, settings }: Description): string {
  const section = (title: string, lines: string): string => `${title}\n${lines.replaceAll(/^/gm, "  ")}`;
  const used = Object.values(presets).map(({ site }) => site);
  return [
    `${name}: ${description}`,
    section("Presets (--preset)", columns(Object.entries(presets).map(([preset, { header }]) => [preset, header]))),
    section(
      "Data",
      [
        ...packages.map((pin) => `${pin.name}, ${size(pin.bytes)}, ${pin.license} (lat data ${name})`),
        data === null ? "takes no data of your own" : `--data: ${data}`,
      ].join("\n"),
    ),
    section(
      "Sites (--site)",
      sites.names
        .map((site) => [
          site,
          ...notes({ "where AT perturbs": site === sites.input, "the presets'": used.includes(site) }),
        ])
        .map((parts) => parts.join("  "))
        .join("\n"),
    ),
    section("Metrics", columns(Object.entries(metrics))),
    section("Options (--set)", columns(settings.options.map(settingInWords))),
    "Settings of the training (implant., defend.) and of the attack (attack.) are the same for every task: docs/settings.md.",
  ].join("\n\n");
}

function settingInWords({ key, allowed, default: value, description }: Setting): string[] {
  return [key, value === undefined ? "must be given" : JSON.stringify(value), `${description} Allowed: ${allowed}.`];
}

/** The words that hold. */
function notes(words: Readonly<Record<string, boolean>>): string[] {
  return Object.keys(words).filter((word) => words[word]);
}

/** Texts in columns, the last as long as it is. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).slice(0, -1).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
