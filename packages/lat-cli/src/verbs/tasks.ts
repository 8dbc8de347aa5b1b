import type { Command } from "commander";
import { type CommonOptions, verb } from "../shared/options.ts";
import { print, printJson } from "../shared/output.ts";

export function addTasks(program: Command): void {
  verb(program, "tasks", "list the tasks of this workspace", "lat tasks --json").action(listTasks);
}

async function listTasks(options: CommonOptions): Promise<void> {
  const { findTasks } = await import("lat-engine/experiment");
  const tasks = findTasks(process.cwd());
  if (options.json) return printJson(tasks);
  if (tasks.length === 0) return print("No package of this workspace names a task in its package.json.");
  const width = Math.max(...tasks.map(({ name }) => name.length));
  print(tasks.map(({ name, description }) => `${name.padEnd(width)}  ${description ?? ""}`.trimEnd()).join("\n"));
}
