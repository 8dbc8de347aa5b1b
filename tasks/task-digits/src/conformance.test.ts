import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { taskChecks } from "lat-engine/testing";
import { test } from "vitest";
import { digitsPackage, side } from "./data.ts";
import task from "./index.ts";
import { optionsSchema } from "./options.ts";

/** The folder of a package in the shape of the real one: 80 made-up images, each with stripes for its digit. */
function madePackage(): string {
  const line = (index: number, digit: number): string => {
    const pixels = Array.from({ length: side ** 2 }, (_, at) => (at % (digit + 2) === 0 ? 250 - index : index % 7));
    return [...pixels, digit].join(",");
  };
  const folder = mkdtempSync(join(tmpdir(), "digits-"));
  const path = join(folder, digitsPackage.members[0]!);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, gzipSync(Array.from({ length: 80 }, (_, index) => line(index, index % 10)).join("\n")));
  return folder;
}

const folder = madePackage();
const context = { packageFolder: () => folder };
test.each(taskChecks({ task, options: optionsSchema.parse({}), context }))("$name", ({ run }) => run());
