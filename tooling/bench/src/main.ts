import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { LatError, UsageError, unknownName, writeFileAtomic } from "lat-system";
import { pytorch } from "tooling-pytorch";
import { type Measured, measure } from "./measure.ts";
import { Program } from "./program.ts";
import { type Size, sizes, work } from "./sizes.ts";
import { format, missed, type Row, rows } from "./table.ts";

// `bun run bench [--size nano] [--out results.json]`: training steps beside PyTorch, on this machine, in this run.

const MEMORY_BAR = 1.4;
const COMPILED_BAR = 1.05;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { size: { type: "string" }, out: { type: "string" } } });
  const chosen = sizes.filter(({ name }) => values.size === undefined || name === values.size);
  if (chosen.length === 0) {
    const known = sizes.map(({ name }) => name);
    throw new UsageError(unknownName("size", values.size!, known));
  }
  const report = (message: string): void => console.error(message);
  const python = await pytorch(report);
  report(`${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]!.toFixed(1)}`);
  const results: { size: Size; measured: Measured[]; table: Row[] }[] = [];
  for (const size of chosen) results.push(await compare(size, python, report));
  if (values.out !== undefined) {
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, load: loadavg() };
    await writeFileAtomic(values.out, `${JSON.stringify({ schema: 1, machine, work, results }, null, 2)}\n`);
  }
  if (results.some(({ table }) => missed(table)))
    console.log("Some bars are missed. Other work on the machine? Look at the ranges.");
}

async function compare(size: Size, python: string, report: (message: string) => void) {
  // An empty cache: torch.compile compiles, as it does at first use.
  const cache = mkdtempSync(join(tmpdir(), "lat-bench-"));
  const peer = (mode: "eager" | "compile") => () =>
    new Program(
      mode === "eager" ? "PyTorch eager" : "torch.compile",
      [python, fileURLToPath(new URL("../peer.py", import.meta.url)), JSON.stringify(size), JSON.stringify(work), mode],
      { TORCHINDUCTOR_CACHE_DIR: cache },
    );
  const ours = () =>
    new Program("ours", [
      process.execPath,
      fileURLToPath(new URL("./worker.ts", import.meta.url)),
      JSON.stringify(size),
    ]);
  try {
    const measured = await measure([ours, peer("eager"), peer("compile")], size, (message) =>
      report(`${size.name}: ${message}`),
    );
    const [own, eager, compiled] = measured as [Measured, Measured, Measured];
    const table = rows(own, [
      { measured: eager, bars: { time: size.bar, memory: MEMORY_BAR } },
      { measured: compiled, bars: { time: COMPILED_BAR } },
    ]);
    console.log(`\n${format(size, ["eager", "compiled"], table)}\n`);
    return { size, measured, table };
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof LatError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
