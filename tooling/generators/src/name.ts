import { existsSync } from "node:fs";
import { join } from "node:path";

/** Why a new task cannot have this name; undefined where it can. `root` is the repository's. */
export function nameProblem(name: string, root: string): string | undefined {
  if (!/^task(-[a-z0-9]+)+$/.test(name)) {
    return `received "${name}", expected task- and then lower-case letters, digits and dashes, such as task-mine`;
  }
  if (existsSync(join(root, "tasks", name))) {
    return `received "${name}", expected a name that is not taken: tasks/${name} exists already`;
  }
  return undefined;
}
