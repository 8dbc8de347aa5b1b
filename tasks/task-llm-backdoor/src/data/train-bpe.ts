/**
 * A program: learns byte-level BPE merges from a text file (first argument) and writes the library's tokenizer file
 * (second argument). It runs in a process of its own because the library draws progress bars on standard output, which
 * belongs to results.
 */
import { BPE, byteLevelPreTokenizer, Tokenizer } from "tokenizers";

const [corpus, output] = process.argv.slice(2) as [string, string];
const tokenizer = new Tokenizer(BPE.empty());
tokenizer.setPreTokenizer(byteLevelPreTokenizer(false, true));
tokenizer.train([corpus]);
tokenizer.save(output);
