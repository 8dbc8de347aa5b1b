import { createHash } from "node:crypto";
import { listData, sha256File } from "lat-system";

/**
 * SHA-256 of the user's data: the names below the folder and the contents of all files that a task may read, those behind
 * links included; of a single file its name and content. Where the data lie does not matter.
 *
 * @throws {LatError} naming what cannot be read
 */
export function dataDigest(path: string): string {
  const hash = createHash("sha256");
  for (const file of listData(path).files) hash.update(`${JSON.stringify(file.name)} ${sha256File(file.path)}\n`);
  return hash.digest("hex");
}
