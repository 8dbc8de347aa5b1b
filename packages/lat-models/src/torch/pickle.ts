import { LatError, quote, show } from "lat-system";
import type { Cursor } from "./cursor.ts";

/** Longer than any list of weights; a value on the machine's stack takes more memory than its bytes in the file. */
const maximumPickleBytes = 64 << 20;

/** Longer than any name of Python's, and shorter than what makes a message long. */
const maximumNameBytes = 256;

/**
 * What a pickle may hold here. Lists and tuples are arrays; dictionaries are Maps, so that no key can reach an object's
 * prototype; objects are what the rules' functions made.
 */
export type PickleValue = null | boolean | number | bigint | string | object;

/** The name of a class or function, where a pickle holds it as a value. */
export class PickleName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** All that a pickle may ask for beyond plain data. */
export interface PickleRules {
  /** What is computed where the pickle calls a name, such as `collections.OrderedDict`. No code of the pickle's is run. */
  readonly callables: Readonly<Record<string, (args: readonly PickleValue[]) => PickleValue>>;
  /** Names that may stand as values, and are not called. */
  readonly names: readonly string[];
  /** The value of a reference to what lies outside of the pickle. */
  persistent(id: PickleValue): PickleValue;
}

/** A pickle that is malformed, or asks for more than is allowed. */
export class PickleError extends LatError {}

/**
 * Reads a pickle of protocol 2 that holds plain data: the stack machine that Python's `pickletools` documents, for the
 * operations of `operations` alone.
 *
 * @param cursor stands where the pickle begins, and afterwards where it ends
 * @throws {PickleError} where it is truncated or malformed, or uses an operation or a name that is not allowed
 */
export function unpickle(cursor: Cursor, source: string, rules: PickleRules): PickleValue {
  const machine = new Machine(cursor, source, rules);
  const end = cursor.position + maximumPickleBytes;
  while (!machine.stopped) {
    machine.step();
    if (cursor.position > end) throw machine.error("is over 64 MiB long, as no list of weights is");
  }
  return machine.result();
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

class Machine {
  stopped = false;
  private readonly cursor: Cursor;
  private readonly source: string;
  private readonly rules: PickleRules;
  private stack: PickleValue[] = [];
  /** The stacks below the open marks. */
  private readonly below: PickleValue[][] = [];
  private readonly memo = new Map<number, PickleValue>();

  constructor(cursor: Cursor, source: string, rules: PickleRules) {
    this.cursor = cursor;
    this.source = source;
    this.rules = rules;
  }

  step(): void {
    const code = this.uint8();
    const operation = operations[code];
    if (!operation) throw this.error(`holds the operation ${code}, which is not allowed: only plain data is read`);
    operation(this);
  }

  result(): PickleValue {
    const value = this.pop();
    if (this.stack.length > 0 || this.below.length > 0) throw this.error("ends with values left over");
    return value;
  }

  error(problem: string): PickleError {
    return new PickleError(`${this.source}: the pickle ${problem} (before byte ${this.cursor.position})`);
  }

  take(length: number): Uint8Array {
    if (length > maximumPickleBytes) throw this.error(`announces ${length} bytes in one piece, or is truncated`);
    const bytes = this.cursor.take(length);
    if (!bytes) throw this.error("is truncated");
    return bytes;
  }

  private view(length: number): DataView {
    const bytes = this.take(length);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  uint8(): number {
    return this.take(1)[0]!;
  }

  uint16(): number {
    return this.view(2).getUint16(0, true);
  }

  int32(): number {
    return this.view(4).getInt32(0, true);
  }

  uint32(): number {
    return this.view(4).getUint32(0, true);
  }

  /** Big-endian, unlike the rest. */
  float64(): number {
    return this.view(8).getFloat64(0, false);
  }

  /** A whole number of `length` bytes in two's complement; a bigint where a number would not be exact. */
  long(length: number): number | bigint {
    const unsigned = this.take(length).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
    const value = BigInt.asIntN(8 * length, unsigned);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  text(length: number): string {
    return this.decoded(this.take(length));
  }

  /** UTF-8 in which, as Python writes it, half of a pair of surrogates may stand alone: ED A0..BF 80..BF. */
  private decoded(bytes: Uint8Array): string {
    const parts: string[] = [];
    let begin = 0;
    try {
      for (let i = 0; i + 2 < bytes.length; i++) {
        if (bytes[i] !== 0xed || bytes[i + 1]! < 0xa0) continue;
        const half = 0xd000 | ((bytes[i + 1]! & 0x3f) << 6) | (bytes[i + 2]! & 0x3f);
        parts.push(utf8.decode(bytes.subarray(begin, i)), String.fromCharCode(half));
        begin = i + 3;
        i += 2;
      }
      return parts.join("") + utf8.decode(bytes.subarray(begin));
    } catch {
      throw this.error("holds text that is not UTF-8");
    }
  }

  /** The text up to the next line feed. */
  line(): string {
    const bytes: number[] = [];
    for (let byte = this.uint8(); byte !== 10; byte = this.uint8()) {
      if (bytes.length === maximumNameBytes) throw this.error(`has a name of over ${maximumNameBytes} bytes`);
      bytes.push(byte);
    }
    return this.decoded(Uint8Array.from(bytes));
  }

  push(value: PickleValue): void {
    this.stack.push(value);
  }

  pop(): PickleValue {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  top(): PickleValue {
    const value = this.stack.at(-1);
    if (value === undefined) throw this.error("takes a value where there is none");
    return value;
  }

  popMany(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  mark(): void {
    this.below.push(this.stack);
    this.stack = [];
  }

  /** The values since the last mark, which is taken away. */
  sinceMark(): PickleValue[] {
    const values = this.stack;
    const stack = this.below.pop();
    if (!stack) throw this.error("takes values up to a mark where there is none");
    this.stack = stack;
    return values;
  }

  remember(key: number): void {
    this.memo.set(key, this.top());
  }

  recall(key: number): void {
    const value = this.memo.get(key);
    if (value === undefined) throw this.error(`recalls a value that it never kept (${key})`);
    this.push(value);
  }

  name(): void {
    const name = `${this.line()}.${this.line()}`;
    const { callables, names } = this.rules;
    if (!Object.hasOwn(callables, name) && !names.includes(name))
      throw this.error(`asks for ${quote(name)}, which is refused: only tensors and plain data are read`);
    this.push(new PickleName(name));
  }

  call(): void {
    const [callable, args] = this.popMany(2);
    const { callables } = this.rules;
    if (!(callable instanceof PickleName && Object.hasOwn(callables, callable.name) && Array.isArray(args)))
      throw this.error("calls what may not be called");
    this.push(callables[callable.name]!(args));
  }

  append(values: readonly PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.error("appends to what is not a list");
    for (const value of values) list.push(value);
  }

  setItems(values: readonly PickleValue[]): void {
    const map = this.top();
    if (!(map instanceof Map) || values.length % 2 !== 0) throw this.error("sets items of what is not a dictionary");
    for (let i = 0; i < values.length; i += 2) {
      if (map.has(values[i])) throw this.error(`sets the key ${show(values[i])} of a dictionary twice`);
      map.set(values[i], values[i + 1]);
    }
  }

  /** Attributes of a dictionary are passed over: PyTorch keeps the versions of modules there. */
  build(): void {
    this.pop();
    if (!(this.top() instanceof Map)) throw this.error("sets attributes of what is not a dictionary");
  }

  refer(): void {
    this.push(this.rules.persistent(this.pop()));
  }

  protocol(): void {
    const version = this.uint8();
    // The third is the second with operations for bytes, which are not read.
    if (version !== 2 && version !== 3) throw this.error(`is of protocol ${version}, expected 2`);
  }

  stop(): void {
    this.stopped = true;
  }
}

/** By code, with the names that Python's `pickletools` has for them. */
const operations: Readonly<Record<number, (machine: Machine) => void>> = {
  128: (m) => m.protocol(), // PROTO
  46: (m) => m.stop(), // STOP
  40: (m) => m.mark(), // MARK
  78: (m) => m.push(null), // NONE
  136: (m) => m.push(true), // NEWTRUE
  137: (m) => m.push(false), // NEWFALSE
  74: (m) => m.push(m.int32()), // BININT
  75: (m) => m.push(m.uint8()), // BININT1
  77: (m) => m.push(m.uint16()), // BININT2
  138: (m) => m.push(m.long(m.uint8())), // LONG1
  71: (m) => m.push(m.float64()), // BINFLOAT
  88: (m) => m.push(m.text(m.uint32())), // BINUNICODE
  85: (m) => m.push(m.text(m.uint8())), // SHORT_BINSTRING
  41: (m) => m.push([]), // EMPTY_TUPLE
  116: (m) => m.push(m.sinceMark()), // TUPLE
  133: (m) => m.push(m.popMany(1)), // TUPLE1
  134: (m) => m.push(m.popMany(2)), // TUPLE2
  135: (m) => m.push(m.popMany(3)), // TUPLE3
  93: (m) => m.push([]), // EMPTY_LIST
  97: (m) => m.append(m.popMany(1)), // APPEND
  101: (m) => m.append(m.sinceMark()), // APPENDS
  125: (m) => m.push(new Map()), // EMPTY_DICT
  115: (m) => m.setItems(m.popMany(2)), // SETITEM
  117: (m) => m.setItems(m.sinceMark()), // SETITEMS
  113: (m) => m.remember(m.uint8()), // BINPUT
  114: (m) => m.remember(m.uint32()), // LONG_BINPUT
  104: (m) => m.recall(m.uint8()), // BINGET
  106: (m) => m.recall(m.uint32()), // LONG_BINGET
  99: (m) => m.name(), // GLOBAL
  82: (m) => m.call(), // REDUCE
  98: (m) => m.build(), // BUILD
  81: (m) => m.refer(), // BINPERSID
};
