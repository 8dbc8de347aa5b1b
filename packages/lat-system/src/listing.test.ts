import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../testing.ts";
import { LatError } from "./errors.ts";
import { listData, tellPassedOver } from "./listing.ts";

/** A folder with these files, and links by their targets. */
function made(files: readonly string[], links: Readonly<Record<string, string>> = {}): string {
  const root = join(temporaryFolder(), "data");
  mkdirSync(root);
  const at = (name: string): string => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    return join(root, name);
  };
  for (const name of files) writeFileSync(at(name), name);
  for (const [name, target] of Object.entries(links)) symlinkSync(target, at(name));
  return root;
}

const namesIn = (root: string): string[] => listData(root).files.map(({ name }) => name);

test("files of nested folders are listed by name, whatever their endings", () => {
  const root = made(["b/x.xz", "a.bmp", "b/c/d/e", "B.JSONL", "a-b/1", "a/1"]);
  expect(listData(root)).toEqual({
    files: ["B.JSONL", "a-b/1", "a.bmp", "a/1", "b/c/d/e", "b/x.xz"].map((name) => ({ name, path: join(root, name) })),
    folders: ["a", "a-b", "b", "b/c", "b/c/d"],
    passedOver: [],
  });
});

test("a single file is listed by its own name, also through a link", () => {
  const root = made(["a.csv"], { "b.csv": "a.csv" });
  expect(listData(join(root, "a.csv")).files).toEqual([{ name: "a.csv", path: join(root, "a.csv") }]);
  expect(namesIn(join(root, "b.csv"))).toEqual(["b.csv"]);
});

test("links to files and folders, inside and outside, are followed", () => {
  const elsewhere = made(["1.png", "deep/2.png"]);
  const root = made(["cat/1.png"], {
    dog: elsewhere,
    "cat/2.png": join(elsewhere, "1.png"),
    "cat/3.png": "1.png",
    chained: "dog",
  });
  const { files, passedOver } = listData(root);
  expect(files.map(({ name }) => name)).toEqual([
    "cat/1.png",
    "cat/2.png",
    "cat/3.png",
    "chained/1.png",
    "chained/deep/2.png",
  ]);
  expect(passedOver).toEqual([{ name: "dog", why: 'the same folder as "chained"', folder: true }]);
  const linked = made([], { root: root });
  expect(namesIn(join(linked, "root"))).toEqual(namesIn(root));
});

test("a folder is listed once, under its own name rather than a link's", () => {
  const { files, passedOver } = listData(made(["v2/a", "v2/sub/b"], { latest: "v2", part: "v2/sub" }));
  expect(files.map(({ name }) => name)).toEqual(["v2/a", "v2/sub/b"]);
  expect(passedOver).toEqual([
    { name: "latest", why: 'the same folder as "v2"', folder: true },
    { name: "part", why: 'the same folder as "v2/sub"', folder: true },
  ]);
});

test("empty folders are told among the folders", () => {
  const root = made(["cat/1"]);
  mkdirSync(join(root, "dog"));
  expect(listData(root)).toMatchObject({ folders: ["cat", "dog"], passedOver: [] });
});

test("circles end, and lead to nothing outside", () => {
  const root = made(["a/1", "b/2", "../sibling/3"], {
    self: ".",
    "a/up": "..",
    out: "../..",
    "a/b": "../b",
    "b/a": "../a",
  });
  expect(namesIn(root)).toEqual(["a/1", "b/2"]);
  expect(listData(root).passedOver).toEqual([
    { name: "a/b", why: 'the same folder as "b"', folder: true },
    { name: "a/up", why: "a link to a folder that it is in" },
    { name: "b/a", why: 'the same folder as "a"', folder: true },
    { name: "out", why: "a link to a folder that it is in" },
    { name: "self", why: "a link to a folder that it is in" },
  ]);
  // Every folder links to every other: listed once each, not once for every way that leads there.
  const folders = Array.from({ length: 12 }, (_, i) => `f${i}`);
  const each = folders.flatMap((from) =>
    folders.filter((to) => to !== from).map((to) => [`${from}/${to}`, `../${to}`]),
  );
  expect(namesIn(made(folders.map((name) => `${name}/x`), Object.fromEntries(each)))).toHaveLength(12); // biome-ignore format: one line
});

test("what systems leave behind is passed over, once for a whole folder", () => {
  const left = [".DS_Store", "a/._1.jpg", "__MACOSX/a/1.jpg", "Thumbs.db", "a/.ipynb_checkpoints/1-checkpoint.jpg"];
  const more = [
    "desktop.ini",
    "lost+found/#1",
    ".git/config",
    "a/2.jpg.part",
    "a/notes.txt~",
    ".cache/x",
    "$RECYCLE.BIN/1.jpg",
  ];
  const { files, passedOver } = listData(made([...left, ...more, "a/1.jpg"]));
  expect(files.map(({ name }) => name)).toEqual(["a/1.jpg"]);
  expect(passedOver).toHaveLength(left.length + more.length);
});

test("dangling links, links to themselves, pipes and names that are no text are passed over and named", () => {
  const root = made(["a"], { gone: "nowhere", loop: "loop" });
  execFileSync("mkfifo", [join(root, "pipe")]);
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xe9, 0x2e, 0x61])]), "latin-1");
  const { files, passedOver } = listData(root);
  expect(files.map(({ name }) => name)).toEqual(["a"]);
  expect(passedOver).toEqual([
    { name: "gone", why: "a link to nothing", folder: true },
    { name: "loop", why: "a link that cannot be followed (ELOOP)", folder: true },
    { name: "pipe", why: "neither a file nor a folder" },
    { name: "\ufffd.a", why: "whose name is not UTF-8" },
  ]);
});

test("a place that is absent, dangling or no file is refused by name", () => {
  const root = made([], { gone: "nowhere" });
  expect(() => listData(join(root, "absent"))).toThrow(/^cannot read .*absent: no such file or folder/);
  expect(() => listData(join(root, "gone"))).toThrow(/^cannot read .*gone: no such file or folder/);
  expect(() => listData("/dev/null")).toThrow(new LatError("cannot read /dev/null: it is neither a file nor a folder"));
});

test("what was passed over is told by reason, with counts and a few names on one line", () => {
  const empty = ["a", "b", "c", "d", "e"].map((name) => ({ name, why: "empty" }));
  const told = tellPassedOver([...empty, { name: `${"x".repeat(300)}\n`, why: "a link to nothing" }]);
  expect(told).toMatch(
    /^6 passed over: 5 empty \("a", "b", "c" and 2 more\); 1 a link to nothing \("x{80}…" \(301 characters\)\)$/,
  );
});
