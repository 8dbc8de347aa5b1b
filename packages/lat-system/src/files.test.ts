import { linkSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { outputOf, runScript, temporaryFolder } from "../testing.ts";
import { LatError } from "./errors.ts";
import { fileError, folderBytes, listFiles, sha256, sha256File, writeFileAtomic } from "./files.ts";

test("an atomic write makes missing folders, replaces the file and leaves nothing beside it", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "a/b/result.json");
  await writeFileAtomic(path, "old");
  await writeFileAtomic(path, new TextEncoder().encode("new"));
  expect(readFileSync(path, "utf8")).toBe("new");
  expect(readdirSync(join(folder, "a/b"))).toEqual(["result.json"]);
});

test("content in parts is written one after another, and not at all where one fails", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "parts");
  await writeFileAtomic(path, [Uint8Array.of(97, 98), new Uint8Array(), Uint8Array.of(99)]);
  expect(readFileSync(path, "utf8")).toBe("abc");
  const failing = function* () {
    yield Uint8Array.of(120);
    throw new LatError("no more parts");
  };
  await expect(writeFileAtomic(path, failing())).rejects.toThrow(/^no more parts$/);
  expect(readFileSync(path, "utf8")).toBe("abc");
  expect(readdirSync(folder)).toEqual(["parts"]);
});

test("a write below a file is refused with the path and what to do", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  const failure = writeFileAtomic(join(folder, "file/result.json"), "x");
  await expect(failure).rejects.toThrow(LatError);
  await expect(failure).rejects.toThrow(/cannot write .*file\/result\.json.*choose another path/);
});

test("a write over a folder is refused and leaves nothing beside it", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "taken/child"), { recursive: true });
  await expect(writeFileAtomic(join(folder, "taken"), "x")).rejects.toThrow(/it is a folder/);
  expect(readdirSync(folder)).toEqual(["taken"]);
});

test("a write that stops in the middle keeps the old file and removes the partial one", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "result.json");
  writeFileSync(path, "old");
  const child = runScript(
    import.meta.dirname,
    `import { writeFileAtomic } from "./files.ts";
     try { await writeFileAtomic(${JSON.stringify(path)}, new Uint8Array(1 << 20)); } catch (e) { console.log(e.name, e.message); }`,
    "trap '' XFSZ; ulimit -f 16; exec",
  );
  const { stdout } = await outputOf(child);
  expect(stdout).toMatch(/LatError cannot write .*result\.json: the file is larger/);
  expect(readdirSync(folder)).toEqual(["result.json"]);
  expect(readFileSync(path, "utf8")).toBe("old");
});

test.skipIf(process.platform !== "linux")("a full disk is named as such, with what to do", () => {
  const full = openSync("/dev/full", "w");
  let cause: unknown;
  try {
    writeSync(full, "x");
  } catch (error) {
    cause = error;
  }
  expect(fileError("write", "/data/step-3", cause).message).toBe(
    "cannot write /data/step-3: the disk is full; free some space, or choose a folder on another disk",
  );
});

test("SHA-256 of a file and of a stream are the standard's", async () => {
  const path = join(temporaryFolder(), "abc");
  writeFileSync(path, "abc");
  const expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-4, example of "abc"
  expect(sha256File(path)).toBe(expected);
  expect(await sha256(Readable.from([Buffer.from("a"), Buffer.from("bc")]))).toBe(expected);
  expect(() => sha256File(`${path}d`)).toThrow(/cannot read .*abcd: no such file/);
});

test("the files of a folder are listed sorted and summed, a file with two names once; a missing folder holds 0 bytes", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "b"));
  writeFileSync(join(folder, "b/c"), "123");
  writeFileSync(join(folder, "a"), "45");
  expect(await folderBytes(folder)).toBe(5);
  linkSync(join(folder, "a"), join(folder, "d"));
  expect(await listFiles(folder)).toEqual(["a", "b/c", "d"]);
  expect(await folderBytes(folder)).toBe(5);
  expect(await folderBytes(join(folder, "none"))).toBe(0);
});
