import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initialize, type Model, type Tensors } from "lat-engine";
import { bertClassifier } from "lat-models";
import { tf } from "lat-tensorflow";
import type { AttackContext } from "../attacks/attack.ts";
import { wholeWords } from "../attacks/neighbours.ts";
import { type Victim, victims } from "../attacks/victim.ts";
import { loadTokenizer, type Tokenizer } from "../data/tokenizer.ts";
import { bertConfig, head } from "../options.ts";
import { tinyOptions } from "./made-packages.ts";
import { tinyTokenizer } from "./tiny-tokenizer.ts";

export interface TinyVictim {
  readonly model: Model;
  readonly parameters: Tensors;
  readonly tokenizer: Tokenizer;
  readonly victim: Victim;
  readonly context: AttackContext;
}

/** A small network of random weights, large enough that words matter. */
export function tinyVictim(seed = 0): TinyVictim {
  const tokenizer = loadTinyTokenizer();
  // Compiled without XLA, which takes longer than these networks run.
  const model = { ...bertClassifier(bertConfig(tinyOptions), head), xla: false };
  const parameters = Object.fromEntries(
    Object.entries(initialize(model, seed)).map(([name, tensor]) => [
      name,
      name.includes("LayerNorm") ? tensor : tf.mul(tensor, 5),
    ]),
  );
  const victim = victims(model, tokenizer.padId, [16, 32, 128])(parameters);
  const fillers = wholeWords(tokenizer.vocabulary);
  const context: AttackContext = {
    victim,
    encode: (texts) => tokenizer.encode(texts, 128),
    training: { harmful: ["burn bread", "steal music", "hurt kind weapon"], benign: ["gentle music garden", "bread"] },
    fillers: { words: fillers.map((id) => tokenizer.vocabulary[id]!), ids: Int32Array.from(fillers) },
    seed: 0,
  };
  return { model, parameters, tokenizer, victim, context };
}

function loadTinyTokenizer(): Tokenizer {
  const folder = mkdtempSync(join(tmpdir(), "injurious-"));
  try {
    writeFileSync(join(folder, "tokenizer.json"), tinyTokenizer);
    return loadTokenizer(join(folder, "tokenizer.json"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
