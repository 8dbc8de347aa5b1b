import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { setEnvironment } from "../testing.ts";
import { cacheFolder } from "./cache.ts";
import { UsageError } from "./errors.ts";

test("the cache is LAT_CACHE, else below XDG_CACHE_HOME, else below the home folder's .cache", () => {
  setEnvironment({ LAT_CACHE: "/a", XDG_CACHE_HOME: "/b" });
  expect(cacheFolder("packages", "x")).toBe("/a/packages/x");
  setEnvironment({ LAT_CACHE: undefined });
  expect(cacheFolder()).toBe("/b/latent-adversarial-training");
  setEnvironment({ XDG_CACHE_HOME: undefined });
  expect(cacheFolder()).toBe(join(homedir(), ".cache/latent-adversarial-training"));
});

test.each(["", "cache", "./cache", "~/.cache"])("an XDG_CACHE_HOME of %j is none", (XDG_CACHE_HOME) => {
  setEnvironment({ LAT_CACHE: "", XDG_CACHE_HOME });
  expect(cacheFolder()).toBe(join(homedir(), ".cache/latent-adversarial-training"));
});

test("an empty HOME is none", () => {
  setEnvironment({ LAT_CACHE: undefined, XDG_CACHE_HOME: undefined, HOME: undefined });
  const expected = join(userInfo().homedir, ".cache/latent-adversarial-training");
  setEnvironment({ HOME: "" });
  expect(cacheFolder()).toBe(expected);
});

test.each([{ LAT_CACHE: "cache" }, { LAT_CACHE: undefined, XDG_CACHE_HOME: undefined, HOME: "home" }])(
  "a path that depends on where the command stands is refused: %j",
  (variables) => {
    setEnvironment(variables);
    expect(() => cacheFolder()).toThrow(UsageError);
    expect(() => cacheFolder()).toThrow(/: received "(cache|home)", expected an absolute path/);
  },
);
