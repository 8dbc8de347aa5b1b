import { crc32c } from "./crc32c.ts";

/** Bytes before a record's data (its length in 8, a checksum of the length in 4) and after it (a checksum of the data). */
const HEADER = 12;
const FOOTER = 4;

/** Frames data as a TFRecord: length, masked CRC-32C of the length, data, masked CRC-32C of the data, little-endian. */
export function toRecord(data: Uint8Array): Buffer {
  const record = Buffer.alloc(HEADER + data.length + FOOTER);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(maskedCrc(record.subarray(0, 8)), 8);
  record.set(data, HEADER);
  record.writeUInt32LE(maskedCrc(data), HEADER + data.length);
  return record;
}

/** The data of a file's records, up to the first that is damaged or was cut short. */
export function* readRecords(file: Buffer): Generator<Buffer> {
  let rest = file;
  while (rest.length >= HEADER + FOOTER) {
    if (rest.readUInt32LE(8) !== maskedCrc(rest.subarray(0, 8))) return;
    const end = HEADER + Number(rest.readBigUInt64LE(0));
    if (end + FOOTER > rest.length) return;
    const data = rest.subarray(HEADER, end);
    if (rest.readUInt32LE(end) !== maskedCrc(data)) return;
    yield data;
    rest = rest.subarray(end + FOOTER);
  }
}

/** Rotated and shifted, as the format has it, since a CRC of bytes that hold CRCs themselves detects less. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
