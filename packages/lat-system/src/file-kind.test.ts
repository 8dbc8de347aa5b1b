import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { fileKind } from "./file-kind.ts";

const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

test.each([
  ["", "empty"],
  ["version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "a Git LFS pointer"],
  ["\n <!DOCTYPE html><html>", "an HTML page"],
  ["\xef\xbb\xbf<html lang=en>", "an HTML page"],
  ["<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "an XML document"],
  ["PK\x03\x04rest", "a zip archive"],
  ["\x08\x00\x00\x00\x00\x00\x00\x00{}      ", "a safetensors file"],
  ["\x80\x02\x8a\x0a", "a Python pickle"],
  [`${"name".padEnd(257, "\0")}ustar`, "a tar archive"],
  ["\0\0\0\0\0\0\0\0\0\0\0\0", "nothing but zeros"],
  ['{"a": 1}', "JSON text"],
  ["BM\x46\x0c\0\0\0\0\0\0\x36", "a BMP image"],
  ["P6\n# made by hand\n32 32\n255\n", "a PNM image"],
  ["\0\0\0\x18ftypheic", "a HEIF image"],
])("%j is %s", (text, kind) => {
  expect(fileKind(bytes(text))).toMatch(new RegExp(`^${kind}`));
});

test("a gzip file is told by what zlib writes", () => {
  expect(fileKind(gzipSync("text"))).toBe("a gzip file (gunzip unpacks it)");
});

test("other bytes are of no kind", () => {
  expect(fileKind(bytes("id,label\n"))).toBeUndefined();
  expect(fileKind(bytes("BMI,weight,label\n"))).toBeUndefined();
  expect(fileKind(bytes("P1 of 3 pages"))).toBeUndefined();
  expect(fileKind(Uint8Array.from({ length: 600 }, (_, i) => (i * 37 + 11) % 256))).toBeUndefined();
});
