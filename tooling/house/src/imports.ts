import { posix } from "node:path";

export interface Import {
  readonly line: number;
  readonly specifier: string;
}

// A statement starts its line, so text that quotes code is not taken for code; `import()` may stand anywhere.
const statement = /^[ \t]*(?:import\s*|(?:import|export)\b[^"'`;()=]*?\bfrom\s*)["']([^"']+)["']/gm;
const call = /\b(?:import|require)\(\s*["']([^"']+)["']/g;

/** Every module a source file imports, types and dynamic imports included. */
export function importsOf(text: string): Import[] {
  const code = text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "))
    .replace(/^\s*\/\/.*$/gm, "");
  return [...code.matchAll(statement), ...code.matchAll(call)].map((match) => ({
    line: code.slice(0, match.index).split("\n").length,
    specifier: match[1]!,
  }));
}

/** `lat-engine` of `lat-engine`, `@scope/name` of `@scope/name/deep`; undefined for relative paths and what the runtime brings. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith(".") || /^(node|bun):/.test(specifier)) return undefined;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Whether a relative import in `file` leads out of the package. */
export function leaves(file: string, specifier: string): boolean {
  return specifier.startsWith(".") && posix.join(posix.dirname(file), specifier).startsWith("..");
}
