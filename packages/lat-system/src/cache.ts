import { userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { UsageError } from "./errors.ts";

/**
 * The per-user cache: `$LAT_CACHE`, else `$XDG_CACHE_HOME/latent-adversarial-training`, else
 * `~/.cache/latent-adversarial-training`. With names, a folder inside it. Nothing is created. A variable that is empty
 * counts as not set, and so does a relative `XDG_CACHE_HOME`, as the XDG Base Directory Specification has it.
 *
 * @throws {UsageError} where `LAT_CACHE`, or the `HOME` that is needed, is a relative path: it would be another folder
 *   wherever the command stands.
 */
export function cacheFolder(...names: string[]): string {
  const { LAT_CACHE, XDG_CACHE_HOME = "" } = process.env;
  if (LAT_CACHE) return join(resolve(absolute("LAT_CACHE", LAT_CACHE)), ...names);
  const caches = isAbsolute(XDG_CACHE_HOME)
    ? XDG_CACHE_HOME
    : join(absolute("HOME", process.env.HOME || userInfo().homedir), ".cache");
  return join(caches, "latent-adversarial-training", ...names);
}

function absolute(variable: string, path: string): string {
  if (isAbsolute(path)) return path;
  throw new UsageError(
    `${variable}: received "${path}", expected an absolute path; set LAT_CACHE=/a/folder to choose one`,
  );
}
