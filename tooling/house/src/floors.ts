import { posix } from "node:path";
import { importsOf } from "./imports.ts";
import type { Package } from "./package.ts";

/** The rooms of a package (folders of `src`), the lowest first: a room uses those below it, types included. */
const floors: Readonly<Record<string, readonly string[]>> = {
  "packages/lat-engine": [
    "configuration",
    "model",
    "examples",
    "ball",
    "objective",
    "attack",
    "evaluate",
    "train",
    "task",
    "records",
    "experiment",
    "testing",
  ],
};

/** Inside a package imports point down as they do between packages. Tests may use any room. */
export function checkFloors({ folder, files }: Package): string[] {
  const rooms = floors[folder];
  if (!rooms) return [];
  return Object.entries(files).flatMap(([path, text]) => {
    const here = roomOf(path);
    if (here === undefined || !path.endsWith(".ts") || path.endsWith(".test.ts")) return [];
    if (!rooms.includes(here))
      return [`${folder}/${path}: src/${here} is on no floor; give it one in tooling/house/src/floors.ts`];
    return importsOf(text).flatMap(({ line, specifier }) => {
      const there = specifier.startsWith(".") ? roomOf(posix.join(posix.dirname(path), specifier)) : undefined;
      if (there === undefined || rooms.indexOf(there) <= rooms.indexOf(here)) return [];
      return [`${folder}/${path}:${line}: ${here} may not use ${there}, which stands above it`];
    });
  });
}

/** `attack` of `src/attack/ascent.ts`; undefined for what is no room's. */
function roomOf(path: string): string | undefined {
  const [source, room, ...rest] = path.split("/");
  return source === "src" && rest.length > 0 ? room : undefined;
}
