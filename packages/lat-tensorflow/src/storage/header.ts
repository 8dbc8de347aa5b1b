import {
  elementBytes,
  elementCount,
  metadataKey,
  type SafetensorsDtype,
  SafetensorsError,
  type SafetensorsProblem,
  show,
} from "./format.ts";

/** Where one tensor's bytes lie, counted from the end of the header. */
export interface Entry {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
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
  const json = parseJson(source, bytes);
  const { [metadataKey]: metadata = {}, ...rest } = json;
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === "string"))
    throw new SafetensorsError("metadata", source, `${metadataKey} must hold text by name`);
  const entries = Object.entries(rest).map(([name, value]) => parseEntry(source, name, value));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const entry of entries) {
    const place = `tensor ${show(entry.name)} begins at byte ${entry.begin}`;
    if (entry.begin < end)
      throw new SafetensorsError("overlap", source, `${place}, inside the tensor before it, which ends at ${end}`);
    if (entry.begin > end) throw new SafetensorsError("hole", source, `${place}, but the one before it ends at ${end}`);
    end = entry.end;
  }
  if (end > dataBytes)
    throw new SafetensorsError("truncated", source, `the tensors take ${end} bytes and the file holds ${dataBytes}`);
  if (end < dataBytes)
    throw new SafetensorsError("hole", source, `${dataBytes - end} bytes after the last tensor belong to none`);
  return { metadata: metadata as Record<string, string>, entries };
}

function parseJson(source: string, bytes: Uint8Array): Record<string, unknown> {
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    json = JSON.parse(text);
  } catch (cause) {
    throw new SafetensorsError("header-json", source, `the header is not JSON in UTF-8 (${(cause as Error).message})`, {
      cause,
    });
  }
  if (!isObject(json)) throw new SafetensorsError("header-json", source, "the header must be a JSON object");
  const twice = duplicateKey(text);
  if (twice !== undefined)
    throw new SafetensorsError("duplicate-key", source, `the header has the key ${show(twice)} twice`);
  return json;
}

function parseEntry(source: string, name: string, value: unknown): Entry {
  const fail = (problem: SafetensorsProblem, message: string) =>
    new SafetensorsError(problem, source, `tensor ${show(name)}: ${message}`);
  if (!isObject(value)) throw fail("entry", "expected an object with dtype, shape and data_offsets");
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !Object.hasOwn(elementBytes, dtype))
    throw fail(
      "dtype",
      `dtype ${show(dtype)} is not read here; expected one of ${Object.keys(elementBytes).join(", ")}`,
    );
  const count = Array.isArray(shape) ? elementCount(shape) : undefined;
  if (count === undefined)
    throw fail("shape", `shape ${show(shape)} is not a list of whole numbers of a possible size`);
  const whole = Array.isArray(offsets) && offsets.every((offset) => Number.isSafeInteger(offset) && offset >= 0);
  if (!whole || offsets.length !== 2 || offsets[0] > offsets[1])
    throw fail("offsets", `data_offsets ${show(offsets)} are not two whole numbers, the first at most the second`);
  const [begin, end] = offsets as [number, number];
  const bytes = count * elementBytes[dtype as SafetensorsDtype];
  if (end - begin !== bytes)
    throw fail("offsets", `${dtype} of shape [${shape}] takes ${bytes} bytes, data_offsets span ${end - begin}`);
  return { name, dtype: dtype as SafetensorsDtype, shape: shape as number[], begin, end };
}

/** The first key that an object in valid JSON text has twice; JSON.parse keeps the last one and says nothing. */
function duplicateKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (let i = 0; i < json.length; i++) {
    if (json[i] === "{") open.push(new Set());
    else if (json[i] === "}") open.pop();
    else if (json[i] === '"') {
      const end = endOfString(json, i);
      if (isKey(json, end)) {
        const key = JSON.parse(json.slice(i, end)) as string;
        if (open.at(-1)?.has(key)) return key;
        open.at(-1)?.add(key);
      }
      i = end - 1;
    }
  }
  return undefined;
}

// Character by character: a regular expression gives up on strings of megabytes, and says nothing.
function endOfString(json: string, start: number): number {
  let i = start + 1;
  while (json[i] !== '"') i += json[i] === "\\" ? 2 : 1;
  return i + 1;
}

/** Whether the string that ends before `end` is followed by a colon. */
function isKey(json: string, end: number): boolean {
  let i = end;
  while (json[i] === " " || json[i] === "\n" || json[i] === "\r" || json[i] === "\t") i++;
  return json[i] === ":";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
