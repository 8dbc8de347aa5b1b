import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initialize } from "lat-engine";
import { type LlamaConfig, llama } from "lat-models";
import { LatError } from "lat-system";
import { configure, tf } from "lat-tensorflow";
import { pytorch } from "tooling-pytorch";
import { confidentRows } from "./confident.ts";
import { cutAndWhole, logitsAndGradients, outcome } from "./engine.ts";
import { l1Rows } from "./l1.ts";
import { measureRows } from "./measures.ts";
import { miniLmRows } from "./minilm.ts";
import { operationRows } from "./operations.ts";
import { pgdRows } from "./pgd.ts";
import { cases, type Problem, randomBatch, train } from "./problem.ts";
import { askReference, type Reference, runPython } from "./reference.ts";
import { resnetRows } from "./resnet.ts";
import { format, largestError, misses, type Row, relativeError, worst, worstRelative } from "./row.ts";

// `bun run parity`: the engine beside a plain PyTorch statement of the method, on the same inputs. Exit code 1 where a
// bar is missed.

const STEPS = 6;

/** A Llama with everything that has to be right: grouped queries, an untied head, several layers. */
const config: LlamaConfig = {
  vocab_size: 256,
  hidden_size: 64,
  intermediate_size: 176,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: false,
  max_position_embeddings: 64,
};

async function main(): Promise<void> {
  configure({ device: "cpu" });
  const python = await pytorch(console.error);
  const folder = mkdtempSync(join(tmpdir(), "lat-parity-"));
  try {
    const operations = join(folder, "operations.json");
    await runPython(python, "ops_fixtures.py", operations);
    const problem = makeProblem();
    console.error("PyTorch computes the reference");
    const reference = await askReference(python, problem, folder);
    console.error("the engine computes the same");
    const skipped: string[] = [];
    const rows = [
      ...compare(problem, reference),
      ...operationRows(operations),
      ...(await resnetRows(python, folder)),
      ...(await miniLmRows(python, folder)),
      ...(await measureRows(python, folder)),
      ...(await confidentRows(python, folder, (what) => skipped.push(what))),
      ...(await pgdRows(python, folder, (what) => skipped.push(what))),
      ...(await l1Rows(python, folder, (what) => skipped.push(what))),
    ];
    console.log(format(rows));
    for (const what of skipped) console.log(`\nskipped: ${what}`);
    const missed = rows.filter(misses).length;
    console.log(`\n${rows.length - missed} of ${rows.length} within their bars`);
    if (missed > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeProblem(): Problem {
  // Wider than a network starts with, so that attention is not uniform and the layers are far from linear.
  const parameters = Object.fromEntries(
    Object.entries(initialize(llama(config), 0)).map(([name, tensor]) => [
      name,
      tensor.rank === 2 ? tf.mul(tensor, 5) : tensor,
    ]),
  );
  const batch = (step: number) => (micro: number) => randomBatch(config, step * train.accumulate + micro, 6, 24);
  const batches = indices(STEPS).map((step) => indices(train.accumulate).map(batch(step)));
  return { config, parameters, batches, cases: cases(), train, transformers: true };
}

function compare(problem: Problem, reference: Reference): Row[] {
  const row = (
    group: string,
    what: string,
    values: Float32Array,
    name: string,
    measure: (a: Float32Array, b: Float32Array) => number,
    bar: number,
  ): Row => {
    const exact = reference("float64", name);
    return { group, what, error: measure(values, exact), float32: measure(reference("float32", name), exact), bar };
  };
  const steps = problem.train.accumulate * STEPS;
  const afterAscents = `δ after 6 ascents: ‖difference‖ ÷ ‖δ‖`;
  const overSteps = `loss of ${STEPS} optimizer steps on ${steps} micro-batches: worst relative error`;
  const published = "Llama beside transformers: largest error ÷ largest element";
  const outcomes = problem.cases.map((each) => ({ ...each, ...outcome(problem, each) }));
  const sites = [...new Set(problem.cases.map(({ site }) => site))];
  const { logits, gradients } = logitsAndGradients(problem);
  const [first] = problem.cases.filter(({ trained }) => trained);
  const eager = eagerly(() => outcome(problem, first!));
  const one = `${first!.name}, operation by operation`;
  return [
    ...outcomes.map(({ name, delta }) => row(afterAscents, name, delta, `${name}/delta`, relativeError, 1e-4)),
    ...outcomes
      .filter(({ trained }) => trained)
      .map(({ name, losses }) => row(overSteps, name, losses, `${name}/losses`, worstRelative, 1e-5)),
    row(afterAscents, one, eager.delta, `${first!.name}/delta`, relativeError, 1e-4),
    row(overSteps, one, eager.losses, `${first!.name}/losses`, worstRelative, 1e-5),
    ...sites.map((site) => {
      const { cut, whole } = cutAndWhole(problem, site);
      return {
        group: "suffix after prefix beside the whole: largest error ÷ largest logit",
        what: site,
        error: largestError(cut, whole),
        bar: 1e-6,
      };
    }),
    row(published, "logits", logits, "transformers/logits", largestError, 1e-5),
    worst(
      Object.entries(gradients).map(([name, values]) =>
        row(published, `gradient of ${name}`, values, `transformers/gradient/${name}`, largestError, 1e-5),
      ),
    ),
  ];
}

function eagerly<T>(run: () => T): T {
  configure({ eager: true });
  try {
    return run();
  } finally {
    configure({ eager: false });
  }
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof LatError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
