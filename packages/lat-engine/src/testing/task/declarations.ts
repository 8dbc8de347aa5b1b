import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LatError, UsageError } from "lat-system";
import { methodNames } from "../../configuration/config.ts";
import { settingsOf } from "../../configuration/settings.ts";
import { resolveRun, resolveSweep } from "../../experiment/resolve.ts";
import { ensure } from "../check.ts";
import type { TaskWorld } from "../task-checks.ts";

/** What a preset's header must at least have room for: command, hardware, wall time, figures. */
const HEADER = 20;

export function declaresCompletePresets({ task }: TaskWorld): void {
  ensure(
    /^[a-z][a-z0-9-]*$/.test(task.name),
    () => `the task is called "${task.name}", expected lower case with dashes`,
  );
  ensure(task.description !== "", () => "the task has no description");
  ensure(
    Number.isInteger(task.version) && task.version > 0,
    () => `version ${task.version} is not a whole number from 1`,
  );
  ensure(Object.keys(task.presets).length > 0, () => "the task has no preset");
  const silent = settingsOf(task.options, "options").find(({ description }) => description === "");
  ensure(silent === undefined, () => `${silent!.key} has no description: .describe("…") in its schema`);
  for (const [preset, { header, sweep, options, site }] of Object.entries(task.presets)) {
    ensure(
      header.length >= HEADER,
      () => `preset ${preset}: its header says "${header}", expected command, time and figures`,
    );
    const same = JSON.stringify(task.options.parse(options)) === JSON.stringify(options);
    ensure(same, () => `preset ${preset}: its options are not what the schema makes of them: options.parse({ … })`);
    const { names } = task.sites(options);
    ensure(names.includes(site), () => `preset ${preset}: its site "${site}" is not among ${names.join(", ")}`);
    ensure(sweep.seeds.length > 0, () => `preset ${preset}: its sweep has no seed`);
    for (const [method, grid] of Object.entries(sweep.epsilons)) {
      ensure(grid.length > 0, () => `preset ${preset}: its sweep has no ε for ${method}`);
    }
    resolveSweep(task, { preset, methods: methodNames });
  }
}

export function answersBadOptions({ task }: TaskWorld): void {
  for (const [preset, { options }] of Object.entries(task.presets)) {
    const attempt = (key: string, value: unknown): void => {
      try {
        resolveRun(task, { preset, method: "ft", seed: 0, set: { [`options.${key}`]: value } });
      } catch (error) {
        const answered = error instanceof UsageError && error.message.includes(key);
        ensure(
          answered,
          () => `options.${key} = ${JSON.stringify(value)} is answered by "${String(error)}", expected its key`,
        );
        return;
      }
      ensure(false, () => `options.${key} = ${JSON.stringify(value)} is accepted in silence`);
    };
    for (const folder of ["", ...sections(options)]) attempt(`${folder}doesNotExist`, 1);
    for (const [key, value] of leaves(options)) attempt(key, typeof value === "boolean" ? "neither" : true);
  }
}

export async function answersBadData({ task, options, context }: TaskWorld): Promise<void> {
  if (task.data === undefined) return;
  const folder = await mkdtemp(join(tmpdir(), "conformance-"));
  const file = join(folder, "empty.txt");
  try {
    await attempt(folder);
    writeFileSync(join(folder, ".DS_Store"), "");
    symlinkSync("nowhere", join(folder, "gone"));
    await attempt(folder);
    writeFileSync(file, "");
    await attempt(file);
  } finally {
    rmSync(folder, { recursive: true });
  }

  async function attempt(data: string): Promise<void> {
    const outcome = await task.prepare(options, { ...context, data }).then(
      () => "nothing",
      (error: unknown) => error,
    );
    ensure(
      outcome instanceof LatError && outcome.message.includes(data),
      () =>
        `data at ${data}, which holds nothing, is answered by "${String(outcome)}", expected a LatError that names the path`,
    );
  }
}

type Entry = readonly [key: string, value: unknown];

const isSection = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;

/** Dotted keys of what is no section, with its value. */
function leaves(options: unknown, at = ""): Entry[] {
  if (!isSection(options)) return [[at, options]];
  return Object.entries(options).flatMap(([key, value]) => leaves(value, at ? `${at}.${key}` : key));
}

/** Dotted keys of sections, each with a dot at its end. */
function sections(options: unknown, at = ""): string[] {
  if (!isSection(options)) return [];
  return Object.entries(options).flatMap(([key, value]) => {
    const path = `${at}${key}.`;
    return isSection(value) ? [path, ...sections(value, path)] : [];
  });
}
