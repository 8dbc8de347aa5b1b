import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { LatError } from "lat-system";
import { byteLevelAlphabet, Tokenizer as LibraryTokenizer } from "tokenizers";

/** Ids of the tokens that stand for no text. No text encodes to them, also not one that spells `<eos>`. */
export const special = { pad: 0, bos: 1, user: 2, assistant: 3, eos: 4 } as const;

const specialTokens = Object.keys(special).map((name) => `<${name}>`);

/** Byte-level BPE: encodes any text and gives it back exactly. */
export interface Tokenizer {
  /** Number of ids: the special tokens, the 256 bytes, and merges. */
  readonly vocabulary: number;
  encode(texts: readonly string[]): Promise<number[][]>;
  /** The text of these ids; special tokens have none, and bytes that are not UTF-8 become U+FFFD. */
  decode(ids: readonly number[]): string;
}

/**
 * Learns byte-level BPE from `texts` and returns it as the content of a `tokenizer.json`, a pure function of the
 * arguments. The library learns a vocabulary of 30,000; merges come in the order in which they were learned, so the
 * first ones are the merges of a smaller vocabulary.
 */
export async function trainTokenizer(texts: readonly string[], vocabulary: number): Promise<string> {
  const merges = await learnMerges(texts);
  // The library gives the alphabet in an order that differs from call to call.
  const ids = new Map([...specialTokens, ...byteLevelAlphabet().sort()].map((token, id) => [token, id]));
  const kept: [string, string][] = [];
  for (const [left, right] of merges) {
    if (ids.size >= vocabulary) break;
    kept.push([left, right]);
    if (!ids.has(left + right)) ids.set(left + right, ids.size);
  }
  if (ids.size !== vocabulary) {
    throw new LatError(
      `a vocabulary of ${vocabulary} was asked for, but the training text gives ${ids.size}; ` +
        `ask for ${specialTokens.length + 256} to ${ids.size}, or train on more text`,
    );
  }
  return JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: { type: "BPE", vocab: Object.fromEntries(ids), merges: kept },
  });
}

async function learnMerges(texts: readonly string[]): Promise<[string, string][]> {
  const folder = await mkdtemp(join(tmpdir(), "lat-bpe-"));
  try {
    const corpus = join(folder, "corpus.txt");
    const output = join(folder, "tokenizer.json");
    await writeFile(corpus, texts.join("\n"));
    const program = fileURLToPath(new URL(`./train-bpe${extname(import.meta.url)}`, import.meta.url));
    await promisify(execFile)(process.execPath, [program, corpus, output]);
    return JSON.parse(await readFile(output, "utf8")).model.merges;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A tokenizer from what `trainTokenizer` returned. */
export function loadTokenizer(json: string): Tokenizer {
  const library = LibraryTokenizer.fromString(json);
  const decoder = library.getDecoder()!;
  return {
    vocabulary: library.getVocabSize(),
    async encode(texts) {
      const encodings = await library.encodeBatch([...texts], { addSpecialTokens: false });
      return encodings.map((encoding) => encoding.getIds());
    },
    decode(ids) {
      return decoder.decode(ids.filter((id) => id >= specialTokens.length).map((id) => library.idToToken(id)!));
    },
  };
}
