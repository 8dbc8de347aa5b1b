import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const toy = fileURLToPath(new URL("toy.ts", import.meta.url));

/** Code of a package whose default export is the toy task; a copy, since a task is known by where it was loaded from. */
export const toyCode = `import { toyTask } from ${JSON.stringify(toy)};\nexport default { ...toyTask };\n`;

/**
 * Makes a workspace in a folder: a root whose packages lie in `tasks/`, and in each of these the given files.
 *
 * @param packages by folder name; `toy` is at `tasks/toy`. An object is written as JSON.
 */
export function makeWorkspace(
  root: string,
  packages: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): void {
  const write = (path: string, content: unknown): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  };
  write(join(root, "package.json"), { name: "root", workspaces: ["tasks/*"] });
  for (const [folder, files] of Object.entries(packages)) {
    for (const [name, content] of Object.entries(files)) write(join(root, "tasks", folder, name), content);
  }
}
