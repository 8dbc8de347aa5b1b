/** What TensorFlow's `Event` message says, as far as scalars go. */
export interface ScalarsEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  /** By tag; TensorBoard groups them by what is before the first `/`. */
  readonly scalars: Readonly<Record<string, number>>;
}

/** The event that an events file begins with. */
export function encodeVersion(wallTime: number): Buffer {
  return Buffer.concat([double(1, wallTime), bytes(3, Buffer.from("brain.Event:2"))]);
}

/** An `Event` whose `summary` holds a `Value` (`tag`, `simple_value`) for each scalar, as float32. */
export function encodeScalars({ wallTime, step, scalars }: ScalarsEvent): Buffer {
  const values = Object.entries(scalars).map(([tag, value]) =>
    bytes(1, Buffer.concat([bytes(1, Buffer.from(tag)), float(2, value)])),
  );
  return Buffer.concat([double(1, wallTime), integer(2, step), bytes(5, Buffer.concat(values))]);
}

/** Wall time and step of an event as this file encodes it: the time comes first and the step second, or not at all. */
export function decodeMoment(event: Buffer): Pick<ScalarsEvent, "wallTime" | "step"> {
  const wallTime = event.readDoubleLE(1);
  let step = 0;
  if (event[9] === key(2, VARINT)) {
    let [at, unit] = [10, 1];
    for (; event[at]! >= 0x80; at++, unit *= 0x80) step += (event[at]! - 0x80) * unit;
    step += event[at]! * unit;
  }
  return { wallTime, step };
}

// Protocol buffers: a field is its key, then its value; what is of variable length says its length first.
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

function key(field: number, wireType: number): number {
  return field * 8 + wireType;
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...varint(Math.floor(value / 0x80))];
}

function integer(field: number, value: number): Buffer {
  return Buffer.from([key(field, VARINT), ...varint(value)]);
}

function bytes(field: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([key(field, LENGTH_DELIMITED), ...varint(content.length)]), content]);
}

function double(field: number, value: number): Buffer {
  const encoded = Buffer.from([key(field, FIXED64), 0, 0, 0, 0, 0, 0, 0, 0]);
  encoded.writeDoubleLE(value, 1);
  return encoded;
}

function float(field: number, value: number): Buffer {
  const encoded = Buffer.from([key(field, FIXED32), 0, 0, 0, 0]);
  encoded.writeFloatLE(value, 1);
  return encoded;
}
