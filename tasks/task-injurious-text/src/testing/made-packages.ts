import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { initialize } from "lat-engine";
import type { PrepareContext } from "lat-engine/task";
import { bertClassifier, saveWeights } from "lat-models";
import { disposeAll, hostRandom } from "lat-tensorflow";
import { bertConfig, head, type Options, optionsSchema } from "../options.ts";
import { knownWords, tinyTokenizer, tinyVocabulary } from "./tiny-tokenizer.ts";

/** Options of an experiment that takes seconds. */
export const tinyOptions: Options = optionsSchema.parse({
  buckets: [16],
  room: 16,
  attacked: 12,
  model: { vocabulary: tinyVocabulary.length, width: 16, layers: 2, heads: 2, inner: 32, positions: 128 },
});

/** Folders in the shape of the packages: 240 made-up responses to 60 requests, and a small encoder of random weights. */
export async function madePackages(): Promise<{ context: PrepareContext; remove: () => void }> {
  const root = mkdtempSync(join(tmpdir(), "injurious-"));
  const place = (...path: string[]): string => {
    const full = join(root, ...path);
    mkdirSync(dirname(full), { recursive: true });
    return full;
  };
  const rows = Array.from({ length: 240 }, (_, i) => `request ${i % 60},${responseOf(i)},${(i % 2) * 0.75}`);
  writeFileSync(
    place("pyrit-harm", "pyrit", "datasets", "scorer_evals", "harm", "made.csv"),
    `# made up\nobjective,assistant_response,human_score\n${rows.join("\n")}\n`,
  );
  const miniLm = ["all-minilm-l6-v2", "all_minilm_l6_v2", "model.zip"];
  writeFileSync(place(...miniLm, "tokenizer.json"), tinyTokenizer);
  const weights = initialize(bertClassifier(bertConfig(tinyOptions), head), 7);
  const { "classifier.weight": matrix, "classifier.bias": bias, ...encoder } = weights;
  await saveWeights(place(...miniLm, "model.safetensors"), encoder);
  disposeAll(encoder, matrix, bias);
  return {
    context: { packageFolder: (name) => join(root, name), progress: () => {} },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Words of the harmful half of the known ones in odd responses, of the benign half in even ones; all differ. */
function responseOf(index: number): string {
  const half = knownWords.length / 2;
  const words = hostRandom(index, "response").integers(half, 3 + (index % 5));
  return `${[...words].map((word) => knownWords[word + (index % 2) * half]).join(" ")} ${"xyz".charAt(index % 3)}${index}`;
}
