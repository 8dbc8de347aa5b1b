import { LatError } from "lat-system";
import { Tokenizer as LibraryTokenizer } from "tokenizers";

/** A word of a text: where it stands in the text (UTF-16 units), and its tokens in the encoding. */
export interface Word {
  readonly start: number;
  readonly end: number;
  readonly firstToken: number;
  /** One past its last token. */
  readonly endToken: number;
}

/** A text as the network reads it. */
export interface Encoding {
  /** `[CLS]`, the text's tokens, `[SEP]`. */
  readonly ids: readonly number[];
  /** Words and punctuation that are not cut off, in order. */
  readonly words: readonly Word[];
  /** Whether the text goes on behind its last word here. */
  readonly cut: boolean;
}

export interface Tokenizer {
  /** The token of each id; one that continues a word begins with `##`. */
  readonly vocabulary: readonly string[];
  readonly padId: number;
  readonly maskId: number;
  /** Encodes texts of at most `longest` tokens, `[CLS]` and `[SEP]` included; what is longer is cut behind a word. */
  encode(texts: readonly string[], longest: number): Promise<Encoding[]>;
}

/** @param path of a `tokenizer.json`, whose own padding and truncation are not used */
export function loadTokenizer(path: string): Tokenizer {
  let library: LibraryTokenizer;
  try {
    library = LibraryTokenizer.fromFile(path);
  } catch (cause) {
    throw new LatError(`${path}: not a usable tokenizer.json: ${(cause as Error).message}`, { cause });
  }
  library.disablePadding();
  library.disableTruncation();
  const vocabulary = Array.from({ length: library.getVocabSize() }, (_, id) => library.idToToken(id) ?? "");
  const idOf = (token: string): number => {
    const id = library.tokenToId(token);
    if (id === null) throw new LatError(`${path}: has no token ${token}; expected the tokenizer of a BERT`);
    return id;
  };
  const [cls, sep] = [idOf("[CLS]"), idOf("[SEP]")];
  return {
    vocabulary,
    padId: idOf("[PAD]"),
    maskId: idOf("[MASK]"),
    async encode(texts, longest) {
      const encodings = await library.encodeBatch([...texts], { addSpecialTokens: false });
      return encodings.map((encoding, i): Encoding => {
        const all = wordsOf(texts[i]!, encoding.getOffsets(), encoding.getWordIds());
        const words = all.filter(({ endToken }) => endToken < longest);
        // A first word that does not fit by itself is cut inside, or nothing would be left.
        const end = words.at(-1)?.endToken ?? longest - 1;
        return { ids: [cls, ...encoding.getIds().slice(0, end - 1), sep], words, cut: words.length < all.length };
      });
    },
  };
}

/** The offsets of the library count code points and its tokens have no `[CLS]` in front here. */
function wordsOf(text: string, offsets: number[][], wordIds: (number | null | undefined)[]): Word[] {
  const units = unitsBefore(text);
  const words: { id: number; word: Word }[] = [];
  for (const [token, id] of wordIds.entries()) {
    const [start, end] = offsets[token]!.map((position) => units[position]!) as [number, number];
    const last = words.at(-1);
    if (last && last.id === id) last.word = { ...last.word, end, endToken: token + 2 };
    else words.push({ id: id!, word: { start, end, firstToken: token + 1, endToken: token + 2 } });
  }
  return words.map(({ word }) => word);
}

/** For each number of code points how many UTF-16 units they take. */
function unitsBefore(text: string): number[] {
  const units = [0];
  for (const character of text) units.push(units.at(-1)! + character.length);
  return units;
}
