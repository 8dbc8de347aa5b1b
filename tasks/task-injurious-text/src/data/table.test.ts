import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { LatError } from "lat-system";
import { expect, test } from "vitest";
import { optionsSchema } from "../options.ts";
import { givenTexts } from "./given.ts";
import { noCounts } from "./labels.ts";

const folder = resolve(import.meta.dirname, "../../../../../shared/cases/tables");

type Rows = readonly (readonly [text: string, harmful: boolean])[];
interface Case {
  /** Beside the column `label`, of 0 and 1. */
  readonly options?: object;
  /** The rows in their order, or what the refusal says. */
  readonly right: Rows | RegExp;
}

const words = { harmful: ["Toxic"], benign: ["Benign"] };
const helloBad: Rows = [
  ["hello", false],
  ["bad", true],
];
const helloThere: Rows = [
  ["hello there", false],
  ["bad thing", true],
];

const cases: Readonly<Record<string, Case>> = {
  "big_ints.jsonl": {
    right: [
      ["a", false],
      ["b", true],
    ],
  },
  "blank.jsonl": { right: helloBad },
  "blank_lines.csv": { right: helloBad },
  "bom.csv": { right: helloThere },
  "bom.jsonl": { right: helloBad },
  "cr.csv": { right: helloThere },
  "cr.jsonl": { right: helloBad },
  "crlf.csv": { right: helloThere },
  "ctrl_z.csv": { right: /, line 4: expected 2 values, as in the header; found 1/ },
  "dup_header.csv": { right: /, line 1: two columns are named "label"/ },
  "dup_text_header.csv": { right: /, line 1: two columns are named "text"/ },
  "dup_trailing_space.csv": {
    right: [
      ["hello", false],
      ["hello ", true],
    ],
  },
  "extra_col_row.csv": { right: /, line 2: expected 2 values, as in the header; found 3/ },
  "hash_header.csv": { right: helloBad },
  "hash_header2.csv": { right: /, line 2: unknown column "text"; did you mean "#text"\?/ },
  "header_case.csv": { right: /, line 2: unknown column "text"; did you mean "Text"\?/ },
  "header_spaces.csv": { right: /, line 2: unknown column "text"; did you mean "text "\?/ },
  "label_bool.jsonl": {
    right: [
      ["a", false],
      ["b", true],
    ],
  },
  "label_comma_decimal.csv": { right: /, line 2, column "label": expected a score from 0 to 1; found "0,1"/ },
  "label_float.csv": { right: helloBad },
  "label_inf.csv": { right: /, line 3, column "label": expected a score from 0 to 1; found "Infinity"/ },
  "lone_surrogate.jsonl": { right: /, line 1, column "text": .*half of a character/ },
  "missing_group.jsonl": { options: { columns: { group: "group" } }, right: /, line 2: unknown column "group"/ },
  "missing_label_row2.jsonl": { options: words, right: /, line 3: unknown column "label"/ },
  "mix_half_labels.csv": {
    options: words,
    right: [
      ["hello there", false],
      ["bad thing", true],
      ["fine", false],
      ["worse", true],
    ],
  },
  "na_text.csv": {
    right: [
      ["NA", false],
      ["null", true],
    ],
  },
  "nan_label.jsonl": { right: /, line 1, column "label": expected a score from 0 to 1; found null/ },
  "nan_other.jsonl": {
    right: [
      ["a long text that goes on and on and on so that the message does not reach it", false],
      ["bad", true],
    ],
  },
  "newline_in_quotes.csv": {
    right: [
      ["hello\nthere", false],
      ["bad\r\nthing", true],
    ],
  },
  "nfc.jsonl": {
    right: [
      ["cafe\u0301", true],
      ["caf\u00e9", false],
    ],
  },
  "pandas_index.csv": { right: helloBad },
  "quote_space.csv": { right: /, line 2: not separated values: a quote inside a value/ },
  "semicolon.csv": { right: /, line 1: expected the names of columns, separated by commas; found "text;label"/ },
  "tab.csv": { right: /, line 1: expected the names of columns, separated by commas; found "text\\tlabel"/ },
  "text_number.jsonl": { right: /, line 1, column "text": expected a text; found 5/ },
  "trailing_comma.jsonl": { right: /, line 1: expected a JSON object; found .*0\},"/ },
  "u2028.csv": {
    right: [
      ["hello\u2028there", false],
      ["bad thing", true],
    ],
  },
  "utf16le_bom.csv": {
    right: [
      ["hello there", false],
      ["bad", true],
    ],
  },
  "utf16le_nobom.csv": { right: /, line 1: expected text; the line holds a zero byte/ },
  "x.CSV": { right: helloBad },
  "x.tsv": { right: [["hello", false]] },
};

async function read(name: string): Promise<Rows> {
  const rows: [string, boolean][] = [];
  const options = optionsSchema.parse(cases[name]?.options ?? {});
  for await (const { text, harmful } of givenTexts({ path: join(folder, name) }, options, noCounts()))
    rows.push([text, harmful]);
  return rows;
}

const isThere = existsSync(folder);

test.skipIf(!isThere)(
  "any other table there is read or refused by name (skipped without ../shared/cases)",
  async () => {
    for (const name of readdirSync(folder)) {
      await read(name).catch((error) => expect(error, name).toBeInstanceOf(LatError));
    }
  },
);

test.skipIf(!isThere).each(Object.entries(cases))(
  "%s has every row with its label, or is refused by line (skipped without ../shared/cases)",
  async (name, { right }) => {
    if (right instanceof RegExp) await expect(read(name)).rejects.toThrow(right);
    else expect(await read(name)).toEqual(right);
  },
);
