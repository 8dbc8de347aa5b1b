import { open } from "node:fs/promises";
import { fileKind, fileKindBytes } from "lat-system";
import sharp, { type Metadata } from "sharp";

/** A file is no image of a format that is read. The message says what it is, as far as its first bytes tell. */
export class NotReadError extends Error {}

/**
 * What an image says of itself.
 *
 * @throws NotReadError where the file is no image of a format that is read, another error where it is a broken one
 */
export async function readHeader(path: string): Promise<Metadata> {
  try {
    return await sharp(path, { failOn: "error" }).metadata();
  } catch (cause) {
    if (!(cause as Error).message.includes("unsupported image format")) throw cause;
    const kind = await kindOfFile(path);
    const message = kind === undefined ? "no image of a format that is read" : `not read: ${kind}`;
    throw new NotReadError(message, { cause });
  }
}

/** What a file's first bytes show it to be, where that is known. */
export async function kindOfFile(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(fileKindBytes), 0, fileKindBytes, 0);
    return fileKind(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
