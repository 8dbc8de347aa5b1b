import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { LatError, UsageError, unknownName, writeFileAtomic } from "lat-system";
import { pytorch } from "tooling-pytorch";
import { type Measured, measure } from "./measure.ts";
import { Program } from "./program.ts";
import { type PeerName, type Size, sizes } from "./sizes.ts";
import { format, missed, type Row, rows } from "./table.ts";

// `bun run bench [--size nano] [--out results.json]`: training steps beside PyTorch, on this machine, in this run.

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
  for (const size of chosen) {
    const missing = size.subject.missing?.();
    if (missing === undefined) results.push(await compare(size, python, report));
    else console.log(`\n${size.name}: skipped, ${missing}\n`);
  }
  if (values.out !== undefined) {
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, load: loadavg() };
    await writeFileAtomic(values.out, `${JSON.stringify({ schema: 2, machine, results }, null, 2)}\n`);
  }
  if (results.some(({ table }) => missed(table)))
    console.log("Some bars are missed. Other work on the machine? Look at the ranges.");
}

async function compare(size: Size, python: string, report: (message: string) => void) {
  // An empty cache: torch.compile compiles, as it does at first use.
  const cache = mkdtempSync(join(tmpdir(), "lat-bench-"));
  const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const own = (label: string, ...args: string[]) => {
    return () => new Program(label, [process.execPath, file("./worker.ts"), size.name, ...args]);
  };
  const torch = (label: string, mode: string) => {
    const command = [python, file("../peer/main.py"), JSON.stringify(size), mode] as const;
    return () => new Program(label, command, { TORCHINDUCTOR_CACHE_DIR: cache });
  };
  const programs: Readonly<Record<PeerName, () => Program>> = {
    eager: torch("PyTorch eager", "eager"),
    compiled: torch("torch.compile", "compiled"),
    "in memory": own("ours, batches in memory", "ready"),
  };
  const { name, subject, attack, site, peers } = size;
  try {
    const [ours, ...theirs] = await measure(
      [own("ours"), ...peers.map((peer) => programs[peer.name])],
      size,
      (message) => report(`${name}: ${message}`),
    );
    const measured = [ours!, ...theirs];
    const table = rows(
      ours!,
      theirs.map((each, i) => ({ measured: each, bars: peers[i]!.bars })),
    );
    const title = `${name}: ${subject.title}; LAT at ${site}, T = ${attack.steps}`;
    console.log(
      `\n${format(
        title,
        peers.map((peer) => peer.name),
        table,
      )}\n`,
    );
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
