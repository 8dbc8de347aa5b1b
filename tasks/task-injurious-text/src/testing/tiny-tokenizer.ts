/** Words that the tiny tokenizer knows whole; others fall into letters. */
export const knownWords = ["kind", "gentle", "garden", "bread", "music", "burn", "hurt", "steal", "poison", "weapon"];

const letters = [..."abcdefghijklmnopqrstuvwxyz"];

/** Tokens of the tiny tokenizer, in the order of their ids. */
export const tinyVocabulary = [
  ...["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ",", "!"],
  ...letters,
  ...letters.map((letter) => `##${letter}`),
  ...knownWords,
];

/** The content of a `tokenizer.json` of BERT's kind. */
export const tinyTokenizer = JSON.stringify({
  version: "1.0",
  truncation: { max_length: 4, strategy: "LongestFirst", stride: 0, direction: "Right" },
  padding: { strategy: { Fixed: 9 }, direction: "Right", pad_id: 0, pad_type_id: 0, pad_token: "[PAD]" },
  added_tokens: [],
  normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, lowercase: true },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: null,
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(tinyVocabulary.map((token, id) => [token, id])),
  },
});
