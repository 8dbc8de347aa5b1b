import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadLlama } from "lat-models";
import { writeFileAtomic } from "lat-system";
import { configure } from "lat-tensorflow";
import { pytorch } from "tooling-pytorch";
import { cases, randomBatch, train } from "./problem.ts";
import { askReference } from "./reference.ts";

// Writes packages/lat-models/fixtures/attack.json: reference values of δ, computed in float64, for the Llama of
// fixtures/llama-untied, so that the tests hold the attack against them where there is no PyTorch.
//
//     bun tooling/parity/src/fixtures.ts

const fixtures = fileURLToPath(new URL("../../../packages/lat-models/fixtures", import.meta.url));
configure({ device: "cpu" });
const python = await pytorch(console.error);
const folder = mkdtempSync(join(tmpdir(), "lat-fixtures-"));
try {
  const { config, parameters } = await loadLlama(join(fixtures, "llama-untied"));
  const batch = randomBatch(config, 0, 3, 8);
  const untrained = cases().map((each) => ({ ...each, trained: false }));
  const problem = { config, parameters, batches: [[batch]], cases: untrained, train, transformers: false };
  const reference = await askReference(python, problem, folder);
  const expected = untrained.map(({ name, site, attack, epsilon }) => {
    const delta = [...reference("float64", `${name}/delta`)].map((value) => Number(value.toPrecision(7)));
    return { name, site, attack, epsilon, delta };
  });
  const stored = Object.fromEntries(
    Object.entries(batch).map(([key, { shape, data }]) => [
      key,
      { shape, integer: data instanceof Int32Array, data: [...data] },
    ]),
  );
  await writeFileAtomic(join(fixtures, "attack.json"), `${JSON.stringify({ batch: stored, cases: expected })}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
