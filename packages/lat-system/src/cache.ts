import { homedir } from "node:os";
import { join, resolve } from "node:path";

/**
 * The per-user cache: `$LAT_CACHE`, else `$XDG_CACHE_HOME/latent-adversarial-training`, else
 * `~/.cache/latent-adversarial-training`. With names, a folder inside it. Nothing is created.
 */
export function cacheFolder(...names: string[]): string {
  const { LAT_CACHE, XDG_CACHE_HOME } = process.env;
  const root = LAT_CACHE
    ? resolve(LAT_CACHE)
    : join(XDG_CACHE_HOME || join(homedir(), ".cache"), "latent-adversarial-training");
  return join(root, ...names);
}
