import { LatError } from "lat-system";

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
 * @param start where in `bytes` the pickle begins
 * @returns its value, and where it ends
 * @throws {PickleError} where it is truncated or malformed, or uses an operation or a name that is not allowed
 */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  source: string,
  rules: PickleRules,
): { value: PickleValue; end: number } {
  const machine = new Machine(bytes, start, source, rules);
  while (!machine.stopped) machine.step();
  return { value: machine.result(), end: machine.position };
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

class Machine {
  stopped = false;
  position: number;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly source: string;
  private readonly rules: PickleRules;
  private stack: PickleValue[] = [];
  /** The stacks below the open marks. */
  private readonly below: PickleValue[][] = [];
  private readonly memo = new Map<number, PickleValue>();

  constructor(bytes: Uint8Array, start: number, source: string, rules: PickleRules) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
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
    return new PickleError(`${this.source}: the pickle ${problem} (before byte ${this.position})`);
  }

  take(length: number): Uint8Array {
    if (length > this.bytes.length - this.position) throw this.error("is truncated");
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }

  uint8(): number {
    return this.take(1)[0]!;
  }

  uint16(): number {
    this.take(2);
    return this.view.getUint16(this.position - 2, true);
  }

  int32(): number {
    this.take(4);
    return this.view.getInt32(this.position - 4, true);
  }

  uint32(): number {
    this.take(4);
    return this.view.getUint32(this.position - 4, true);
  }

  /** Big-endian, unlike the rest. */
  float64(): number {
    this.take(8);
    return this.view.getFloat64(this.position - 8, false);
  }

  /** A whole number of `length` bytes in two's complement; a bigint where a number would not be exact. */
  long(length: number): number | bigint {
    const unsigned = this.take(length).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
    const value = BigInt.asIntN(8 * length, unsigned);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  text(length: number): string {
    const bytes = this.take(length);
    try {
      return utf8.decode(bytes);
    } catch {
      throw this.error("holds text that is not UTF-8");
    }
  }

  /** The text up to the next line feed. */
  line(): string {
    const end = this.bytes.indexOf(10, this.position);
    if (end === -1) throw this.error("is truncated");
    const text = this.text(end - this.position);
    this.position++;
    return text;
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
    if (!Object.hasOwn(callables, name) && !names.includes(name)) {
      const allowed = [...Object.keys(callables), ...names].join(", ");
      throw this.error(`asks for ${JSON.stringify(name.slice(0, 80))}, which is refused; allowed are ${allowed}`);
    }
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
    for (let i = 0; i < values.length; i += 2) map.set(values[i], values[i + 1]);
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
    if (version !== 2) throw this.error(`is of protocol ${version}, expected 2`);
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
