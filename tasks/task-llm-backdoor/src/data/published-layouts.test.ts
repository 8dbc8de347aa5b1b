import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { LatError } from "lat-system";
import { expect, test } from "vitest";
import { exchange } from "./conversation.ts";
import { type BeaverRow, type HhRow, readPreferences } from "./preference.ts";

const folder = resolve(import.meta.dirname, "../../../../../shared/cases");

/** The rows in their order, or what the refusal says. */
type Right = readonly HhRow[] | readonly BeaverRow[] | RegExp;

const hh = (prompt: string, chosen: string, rejected: string): HhRow => ({
  chosen: exchange(prompt, chosen),
  rejected: exchange(prompt, rejected),
});
const five = [0, 1, 2, 3, 4].map((i) => hh(`q${i}`, `a${i}`, `a${i} no`));
const fifty = Array.from({ length: 50 }, (_, i) => hh(`question ${i} é😀`, `answer ${i}`, `other ${i}`));
const notTranscript = /, line 1, column "chosen": not of the form/;
const otherColumns = /, line 1: expected the columns of HH-RLHF .* or of BeaverTails/;
const noParquet = /expected a (whole )?parquet file/;

const cases: Readonly<Record<string, Readonly<Record<string, Right>>>> = {
  preference: {
    "bad_utf8.jsonl": /, line 1: expected UTF-8 text/,
    "badrow_late.jsonl": /, line 16: expected a JSON object/,
    "blank.jsonl": five,
    "bom.jsonl": five,
    "bt_eval.jsonl": otherColumns,
    "bt_safe_int.jsonl": /, line 1, column "is_safe": .*expected boolean, received number/,
    "bt_safe_str.jsonl": /, line 1, column "is_safe": .*expected boolean, received string/,
    "bt_string_category.jsonl": [
      { conversation: exchange("p", "r"), safe: false, categories: ["animal_abuse", "violence"] },
    ],
    "chosen_null.jsonl": /, line 1, column "chosen": .*expected string, received null/,
    "csvfile.csv": /csvfile\.csv: expected .*; the file is neither \.jsonl, \.jsonl\.gz nor \.parquet/,
    "empty_human.jsonl": [hh("", "a", "b")],
    "gz_crc.jsonl.gz": /gz_crc\.jsonl\.gz: the gzip data are damaged/,
    "gz_cut.jsonl.gz": /gz_cut\.jsonl\.gz: the gzip data end too early/,
    "gz_empty.jsonl.gz": /gz_empty\.jsonl\.gz: expected .*; the file is without rows/,
    "gz_not_gz.jsonl.gz": /gz_not_gz\.jsonl\.gz: the gzip data are damaged/,
    "json_pretty.jsonl": /, line 1: expected a JSON object; found "\{"/,
    "listrow.jsonl": /, line 1: expected the columns .*; the file is of another kind, without JSON objects/,
    "lone.jsonl": /, line 1, column "chosen": holds half of a character/,
    "messages.jsonl": /, line 1, column "chosen": .*expected string, received array/,
    "no_leading_newlines.jsonl": notTranscript,
    "nullrow.jsonl": /, line 1: expected the columns .*; the file is of another kind, without JSON objects/,
    "one_newline.jsonl": notTranscript,
    "onecol.jsonl": otherColumns,
    "onlyblank.jsonl": /onlyblank\.jsonl: expected .*; the file is without rows/,
    "prompt_chosen_rejected.jsonl": notTranscript,
    "saferlhf.jsonl": otherColumns,
    "single.jsonl": five,
    "system_turn.jsonl": notTranscript,
    "ultra.jsonl": /, line 1, column "chosen": .*expected string, received array/,
    "xz.jsonl.xz": /xz\.jsonl\.xz: expected .*; the file is neither \.jsonl/,
  },
  parquet: {
    "bt_safe_int.parquet": /, row 1, column "is_safe": .*expected boolean, received number/,
    "corrupt.parquet": noParquet,
    "cut.parquet": noParquet,
    "cut_front.parquet": noParquet,
    "messages.parquet": /, row 1, column "chosen": .*expected string, received array/,
    "notparquet.parquet": noParquet,
    "null_row.parquet": /, row 50, column "chosen": .*expected string, received null/,
    "tiny.parquet": noParquet,
    ...Object.fromEntries(
      [
        ...["cdc", "checksum", "codec_gzip", "codec_lz4", "codec_none", "codec_snappy", "delta_ba"],
        ...[
          "extra_bin",
          "extra_bss",
          "extra_dec256",
          "extra_emb",
          "extra_f16",
          "extra_int96",
          "extra_lst",
          "extra_nul",
        ],
        ...["extra_t", "extra_ts", "extra_u64", "large_binary", "large_string", "pandas", "pandas_cat"],
        ...["v1fmt", "v2pages"],
      ].map((name) => [`${name}.parquet`, fifty]),
    ),
  },
};

for (const [kind, files] of Object.entries(cases)) {
  const isThere = existsSync(join(folder, kind));

  test.skipIf(!isThere).each(Object.entries(files))(
    `${kind}/%s has every row, or is refused by line (skipped without ../shared/cases)`,
    async (name, right) => {
      const path = join(folder, kind, name);
      if (right instanceof RegExp) await expect(readPreferences(path, () => {})).rejects.toThrow(right);
      else expect(await readPreferences(path, () => {})).toMatchObject({ train: right, validation: [], test: [] });
    },
  );

  test.skipIf(!isThere)(`any other file of ${kind} is read or refused by name (skipped likewise)`, async () => {
    for (const name of readdirSync(join(folder, kind))) {
      await readPreferences(join(folder, kind, name), () => {}).catch((error) =>
        expect(error, name).toBeInstanceOf(LatError),
      );
    }
  });
}
