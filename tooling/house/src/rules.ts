import { importsOf, leaves, packageOf } from "./imports.ts";
import { allowed, isOurs } from "./layers.ts";
import { isForTests, type Manifest, type Package } from "./package.ts";

/** A file does one thing: what is longer than this many lines does several. Tests list cases and may be longer. */
const longest = { source: 350, test: 600 };

const topLevel = {
  required: [
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "bun.lockb",
    "bunfig.toml",
    "package.json",
    "packages",
    "tasks",
    "tooling",
    "turbo.json",
  ],
  // `turbo` has the generators; `node_modules` and `runs` are made here and ignored by git.
  optional: ["docs", "node_modules", "runs", "turbo"],
};

/** The repository's top level: what must be there, and nothing else but dot-files. */
export function checkTopLevel(entries: readonly string[]): string[] {
  const known = new Set([...topLevel.required, ...topLevel.optional]);
  return [
    ...topLevel.required.filter((name) => !entries.includes(name)).map((name) => `${name} is missing`),
    ...entries
      .filter((name) => !name.startsWith(".") && !known.has(name))
      .map((name) => `${name} does not belong to the top level`),
  ];
}

/** The package.json of a package: it lies where its name says, depends downwards only, and is built and checked. */
export function checkManifest(folder: string, manifest: Manifest): string[] {
  const violations: string[] = [];
  const [place, name] = folder.split("/");
  const expected = place === "tooling" ? `tooling-${name}` : name;
  if (manifest.name !== expected) violations.push(`${folder}: is named ${manifest.name}, expected ${expected}`);
  const usable = allowed(folder);
  if (!usable)
    return [...violations, `${folder}: has no place in the house; give it one in tooling/house/src/layers.ts`];
  for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
    if (isOurs(dependency) && !usable.includes(dependency))
      violations.push(`${folder}: may not depend on ${dependency}`);
  }
  const scripts = manifest.scripts ?? {};
  for (const script of place === "tooling" ? [] : ["build", "typecheck", "lint", "test"]) {
    if (scripts[script] === undefined) violations.push(`${folder}: has no script ${script}`);
  }
  if (scripts.lint !== undefined && !scripts.lint.includes("tooling/house/src/main.ts")) {
    violations.push(`${folder}: its lint script does not check the house rules`);
  }
  return violations;
}

/** Imports: only of what package.json declares, and never by a path into another package. `everywhere`: the root's tools. */
export function checkImports({ folder, manifest, files }: Package, everywhere: readonly string[] = []): string[] {
  const violations: string[] = [];
  const forUsers = new Set([manifest.name, ...Object.keys(manifest.dependencies ?? {})]);
  const forTests = new Set([...forUsers, ...Object.keys(manifest.devDependencies ?? {}), ...everywhere]);
  for (const [path, text] of Object.entries(files)) {
    if (!/\.(ts|js)$/.test(path)) continue;
    const declared = isForTests(path) ? forTests : forUsers;
    for (const { line, specifier } of importsOf(text)) {
      const at = `${folder}/${path}:${line}`;
      const name = packageOf(specifier);
      if (leaves(path, specifier)) violations.push(`${at}: "${specifier}" leaves the package; import it by name`);
      if (name !== undefined && !declared.has(name))
        violations.push(`${at}: "${name}" is not declared in package.json`);
    }
  }
  return violations;
}

/** Tasks use the libraries, not the other way round: no library and no command mentions one of the `tasks`. */
export function checkNamesNoTask({ folder, files }: Package, tasks: readonly string[]): string[] {
  if (!folder.startsWith("packages/") || tasks.length === 0) return [];
  const anyTask = new RegExp(`\\b(?:${tasks.join("|")})\\b`);
  return findLines({ folder, files }, anyTask, (name) => `names the task ${name}`);
}

// Written so that this file does not contain what it looks for.
const unfinished = /\b(?:TO[D]O|FIX[M]E|XX[X])\b/;

/** Work left undone belongs into the work's own list, not into the code. */
export function checkUnfinished(checked: Package): string[] {
  return findLines(checked, unfinished, (word) => `says ${word}`);
}

const SMALLEST_NORMAL = 2 ** -126;

/**
 * No positive number below the smallest normal one of float32: TensorFlow's kernels flush it to zero, and a guard such
 * as a maximum with it guards nothing. Tests may hold such numbers against what they test.
 */
export function checkDenormal(checked: Package): string[] {
  const files = Object.entries(checked.files).filter(
    ([path]) => /\.(ts|js|mjs|py|cc|h)$/.test(path) && !isForTests(path),
  );
  const tell = (found: string) => `${found} is 0 in float32, whose smallest normal number is 1.18e-38`;
  const literals = /\b\d[\d_]*\.?\d*e-\d+\b|\b2 ?\*\* ?-\d+|\bNumber\.MIN_VALUE\b/gi;
  return findLines({ ...checked, files: Object.fromEntries(files) }, literals, tell, (found) => {
    const power = /^2 ?\*\* ?(-\d+)$/.exec(found)?.[1];
    const value = power ? 2 ** Number(power) : Number(found.replaceAll("_", ""));
    return !(value >= SMALLEST_NORMAL) && value !== 0;
  });
}

export function checkLength({ folder, files }: Package): string[] {
  return Object.entries(files).flatMap(([path, text]) => {
    const most = path.endsWith(".test.ts") ? longest.test : longest.source;
    const lines = text.trimEnd().split("\n").length;
    if (path.endsWith(".md") || lines <= most) return [];
    return [`${folder}/${path}: ${lines} lines, ${most} allowed; a file does one thing`];
  });
}

function findLines(
  { folder, files }: Pick<Package, "folder" | "files">,
  pattern: RegExp,
  tell: (found: string) => string,
  counts: (found: string) => boolean = () => true,
): string[] {
  return Object.entries(files).flatMap(([path, text]) =>
    text.split("\n").flatMap((line, index) => {
      const found = line.match(pattern)?.find(counts);
      return found === undefined ? [] : [`${folder}/${path}:${index + 1}: ${tell(found)}`];
    }),
  );
}
