import { DuplicateKeyError, parseJson, quote, show } from "lat-system";
import {
  elementBits,
  elementCount,
  metadataKey,
  SafetensorsError,
  type SafetensorsProblem,
  type StoredDtype,
} from "./format.ts";

/** Where one tensor's bytes lie, counted from the end of the header. */
export interface Entry {
  readonly name: string;
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of their bytes; together they cover the data exactly. */
  readonly entries: readonly Entry[];
}

/** Parses and checks a header. It is input from strangers: nothing of it is believed before it is checked. */
export function parseHeader(source: string, bytes: Uint8Array, dataBytes: number): Header {
  const json = parseObject(source, bytes);
  const { [metadataKey]: metadata, ...rest } = json;
  if (!isText(metadata ?? {})) throw new SafetensorsError("metadata", source, `${metadataKey} must hold text by name`);
  const entries = Object.entries(rest).map(([name, value]) => parseEntry(source, name, value));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const entry of entries) {
    const place = `tensor ${quote(entry.name)} begins at byte ${entry.begin}`;
    if (entry.begin < end)
      throw new SafetensorsError("overlap", source, `${place}, inside the tensor before it, which ends at ${end}`);
    if (entry.begin > end) throw new SafetensorsError("hole", source, `${place}, but the one before it ends at ${end}`);
    end = entry.end;
  }
  if (end > dataBytes)
    throw new SafetensorsError("truncated", source, `the tensors take ${end} bytes and the file holds ${dataBytes}`);
  if (end < dataBytes)
    throw new SafetensorsError("hole", source, `${dataBytes - end} bytes after the last tensor belong to none`);
  return { metadata: (metadata ?? {}) as Record<string, string>, entries };
}

function parseObject(source: string, bytes: Uint8Array): Record<string, unknown> {
  let json: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    // 2.0, -0 and 2e0 are no sizes, nor, as text would be, metadata.
    json = parseJson(text, /^(-\d|\d+\D)/, (scalar) => [scalar]);
  } catch (cause) {
    if (cause instanceof DuplicateKeyError)
      throw new SafetensorsError("duplicate-key", source, `the header is ambiguous: ${cause.message}`, { cause });
    throw new SafetensorsError("header-json", source, `the header is not JSON in UTF-8 (${(cause as Error).message})`, {
      cause,
    });
  }
  if (!isObject(json)) throw new SafetensorsError("header-json", source, "the header must be a JSON object");
  const broken = Object.keys(json).find((name) => !isWellFormed(name));
  if (broken !== undefined)
    throw new SafetensorsError("header-json", source, `the name ${quote(broken)} has half of a character`);
  return json;
}

function parseEntry(source: string, name: string, value: unknown): Entry {
  const fail = (problem: SafetensorsProblem, message: string) =>
    new SafetensorsError(problem, source, `tensor ${quote(name)}: ${message}`);
  if (!isObject(value)) throw fail("entry", "expected an object with dtype, shape and data_offsets");
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !Object.hasOwn(elementBits, dtype))
    throw fail(
      "dtype",
      `dtype ${show(dtype)} is none of the format's; they are ${Object.keys(elementBits).join(", ")}`,
    );
  const count = Array.isArray(shape) ? elementCount(shape) : undefined;
  if (count === undefined)
    throw fail("shape", `shape ${show(shape)} is not a list of whole numbers of a possible size`);
  const whole = Array.isArray(offsets) && offsets.every((offset) => Number.isSafeInteger(offset) && offset >= 0);
  if (!whole || offsets.length !== 2 || offsets[0] > offsets[1])
    throw fail("offsets", `data_offsets ${show(offsets)} are not two whole numbers, the first at most the second`);
  const [begin, end] = offsets as [number, number];
  const bytes = (count * elementBits[dtype as StoredDtype]) / 8;
  if (end - begin !== bytes)
    throw fail("offsets", `${dtype} of shape ${show(shape)} takes ${bytes} bytes, data_offsets span ${end - begin}`);
  return { name, dtype: dtype as StoredDtype, shape: shape as number[], begin, end };
}

function isText(metadata: unknown): boolean {
  if (!isObject(metadata)) return false;
  return Object.entries(metadata).every(
    ([key, value]) => typeof value === "string" && isWellFormed(key) && isWellFormed(value),
  );
}

/** Whether the text has no half of a pair of surrogates, which UTF-8 cannot hold. */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
