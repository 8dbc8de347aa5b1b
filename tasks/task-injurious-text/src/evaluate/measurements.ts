import type { Tensors } from "lat-engine";
import { disposeAll } from "lat-tensorflow";
import { embeddingNeighbours, wholeWords } from "../attacks/neighbours.ts";
import type { Tokenizer } from "../data/tokenizer.ts";
import type { Options } from "../options.ts";
import type { EncodedTexts, Measurements } from "./evaluator.ts";

/** Words that triggers are made of: the first whole words of the vocabulary, which has frequent words first. */
const FILLERS = 2000;

/** What networks are measured on, from encoded texts and the network before fine-tuning. */
export async function measurements(
  { attacked, room, seed }: Options,
  tokenizer: Tokenizer,
  initialParameters: () => Tensors,
  sets: Pick<Measurements, "validation" | "test" | "heldOut"> & { readonly train: EncodedTexts },
): Promise<Measurements> {
  const { train, test } = sets;
  const harmful = [...test.texts.keys()].filter((i) => test.texts[i]!.harmful).slice(0, attacked);
  const targets: EncodedTexts = {
    encodings: harmful.map((i) => test.encodings[i]!),
    texts: harmful.map((i) => ({ ...test.texts[i]!, text: visible(test, i) })),
  };
  const { vocabulary } = tokenizer;
  const parameters = initialParameters();
  const table = parameters["bert.embeddings.word_embeddings.weight"]!;
  const ids = new Set(targets.encodings.flatMap((encoding) => encoding.ids));
  const neighbours = embeddingNeighbours(table, vocabulary, ids);
  disposeAll(parameters);
  const benign = train.texts.filter((text) => !text.harmful);
  const beginnings = await tokenizer.encode(
    benign.map(({ text }) => text),
    room,
  );
  const fillers = wholeWords(vocabulary).slice(0, FILLERS);
  return {
    ...sets,
    attacked: targets,
    neighbours,
    fillers: { words: fillers.map((id) => vocabulary[id]!), ids: Int32Array.from(fillers) },
    training: {
      harmful: [...train.texts.keys()].filter((i) => train.texts[i]!.harmful).map((i) => visible(train, i)),
      benign: benign.map((_, i) => visible({ texts: benign, encodings: beginnings }, i)),
    },
    seed,
  };
}

/** A text as far as the network reads it. */
function visible({ texts, encodings }: EncodedTexts, index: number): string {
  const { cut, words } = encodings[index]!;
  const { text } = texts[index]!;
  return cut && words.length > 0 ? text.slice(0, words.at(-1)!.end) : text;
}
