import { resolve } from "node:path";
import type { Command } from "commander";
import { UsageError } from "lat-system";
import { type CommonOptions, verb } from "../shared/options.ts";
import { print, printJson } from "../shared/output.ts";

interface ReportOptions extends CommonOptions {
  readonly out?: string;
}

export function addReport(program: Command): void {
  verb(
    program,
    "report",
    "write the report of a run or a sweep into its folder, or one page over several",
    "lat report runs/first\n  lat report runs/imagenet runs/quickstart --out runs/overview",
  )
    .argument("<dir...>", "the folder of a run or a sweep; of several, for one page that shows them side by side")
    .option("--out <path>", "where the page over several goes: a folder, or a file that ends in .html")
    .action(report);
}

async function report(folders: readonly string[], { out, json }: ReportOptions): Promise<void> {
  const { writeOverview, writeReport } = await import("lat-report");
  const [first, ...others] = folders;
  if (others.length > 0 && out === undefined) {
    throw new UsageError(
      `--out: not given, with ${folders.length} folders; expected where their one page goes (--out runs/overview)`,
    );
  }
  if (others.length === 0 && out !== undefined) {
    throw new UsageError(
      `--out: received ${out} with one folder, whose report goes into it; leave --out out, or give two folders or more`,
    );
  }
  const written = out === undefined ? await writeReport(resolve(first!)) : await writeOverview(folders, resolve(out));
  if (json) printJson(written);
  else print(`Report: ${written.html}\nMarkdown: ${written.markdown}`);
}
