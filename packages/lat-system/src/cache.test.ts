import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { setEnvironment } from "../testing.ts";
import { cacheFolder } from "./cache.ts";

test("the cache is LAT_CACHE, else below XDG_CACHE_HOME, else below the home folder's .cache", () => {
  setEnvironment({ LAT_CACHE: "/a", XDG_CACHE_HOME: "/b" });
  expect(cacheFolder("packages", "x")).toBe("/a/packages/x");
  setEnvironment({ LAT_CACHE: undefined });
  expect(cacheFolder()).toBe("/b/latent-adversarial-training");
  setEnvironment({ XDG_CACHE_HOME: undefined });
  expect(cacheFolder()).toBe(join(homedir(), ".cache/latent-adversarial-training"));
});
