import { pipeline } from "node:stream";
import { type CsvError, type Options, parse } from "csv-parse";
import { LatError } from "../errors.ts";
import { quote } from "../quote.ts";
import { blocksOf, LONGEST_LINE } from "./blocks.ts";
import type { Row } from "./rows.ts";
import { lineEnds } from "./utf8.ts";

export interface CsvFormat {
  readonly delimiter: "," | "\t";
  /** Whether lines in front of the header that begin with `#` are comments. */
  readonly comments: boolean;
}

interface CsvRecord {
  readonly values: readonly string[];
  /** The line on which it begins. */
  readonly line: number;
}

/**
 * Rows of a file of separated values with a header, as RFC 4180 has them: a value with a separator, a quote or a line end
 * in it stands in quotes. Lines may end in `\n`, `\r\n` or `\r`, also in one file. Columns without a name are left out.
 */
export async function* csvRows(path: string, format: CsvFormat): AsyncGenerator<Row> {
  let header: readonly string[] | undefined;
  for await (const { values, line } of records(path, format)) {
    const where = `${path}, line ${line}`;
    if (header === undefined) {
      header = checkHeader(values, where, format);
    } else {
      const names = header;
      if (values.length !== names.length) {
        throw new LatError(
          `${where}: expected ${names.length} values, as in the header; found ${values.length}: ` +
            "does a text with a separator in it stand in quotes?",
        );
      }
      const named = names.flatMap((name, i) => (name === "" ? [] : [[name, values[i]!] as const]));
      yield { where, cells: Object.fromEntries(named) };
    }
  }
}

function checkHeader(names: readonly string[], where: string, { delimiter }: CsvFormat): readonly string[] {
  const trimmed = names.map((name) => name.trim()); // nobody sees the space that tells two names apart
  const twice = trimmed.find((name, i) => name !== "" && trimmed.indexOf(name) !== i);
  if (twice !== undefined) throw new LatError(`${where}: two columns are named ${quote(twice)}; rename one of them`);
  if (names.length > 1) return names;
  const separator = delimiter === "," ? "commas" : "tabs";
  throw new LatError(`${where}: expected the names of columns, separated by ${separator}; found ${quote(names[0]!)}`);
}

async function* records(path: string, { delimiter, comments }: CsvFormat): AsyncGenerator<CsvRecord> {
  let next = 1; // the line on which the next record begins, but for empty lines
  const options: Options<CsvRecord, string[]> = {
    delimiter,
    record_delimiter: ["\r\n", "\n", "\r"],
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: LONGEST_LINE,
    // The parser's own count of lines takes "\r\n" in quotes for two.
    on_record: (values, { empty_lines }) => {
      const line = next + empty_lines;
      next += 1 + values.reduce((sum, value) => sum + lineEnds(value), 0);
      return { values, line };
    },
  };
  const parser = parse(options as unknown as Options); // whose types know records of strings alone
  const withoutComments = async function* () {
    let first = true;
    for await (const block of blocksOf(path)) {
      const comment = first && comments ? /^(#.*(\r\n?|\n))*/.exec(block)![0] : "";
      first = false;
      next += lineEnds(comment);
      yield block.slice(comment.length);
    }
  };
  pipeline(withoutComments, parser, () => {}); // an error reaches the loop below through the parser
  try {
    for await (const record of parser) yield record;
  } catch (cause) {
    throw cause instanceof LatError ? cause : csvError(`${path}, line`, next, cause as CsvError);
  }
}

function csvError(place: string, next: number, cause: CsvError): LatError {
  const line = next + Number(cause.empty_lines ?? 0);
  const reason: Partial<Record<string, string>> = {
    INVALID_OPENING_QUOTE:
      "a quote stands inside a value; expected a value with quotes in quotes, and each in it doubled",
    CSV_INVALID_CLOSING_QUOTE: "a quote inside a value in quotes is not doubled, or something follows the value",
    CSV_QUOTE_NOT_CLOSED:
      "a quote is opened that nothing closes; expected a value with quotes in quotes, and each in it doubled",
    CSV_MAX_RECORD_SIZE: "a row of more than 16 MiB; is a quote not closed?",
  };
  return new LatError(`${place} ${line}: not separated values: ${reason[cause.code] ?? quote(cause.message)}`, {
    cause,
  });
}
