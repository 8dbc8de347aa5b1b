import { resolve } from "node:path";
import type { Command } from "commander";
import { type CommonOptions, verb } from "../shared/options.ts";
import { print, printJson } from "../shared/output.ts";

export function addReport(program: Command): void {
  verb(program, "report", "write the report of a run or a sweep from its folder", "lat report runs/first")
    .argument("<dir>", "the folder of a run or a sweep")
    .action(report);
}

async function report(folder: string, options: CommonOptions): Promise<void> {
  const { writeReport } = await import("lat-report");
  const written = await writeReport(resolve(folder));
  if (options.json) printJson(written);
  else print(`Report: ${written.html}\nMarkdown: ${written.markdown}`);
}
