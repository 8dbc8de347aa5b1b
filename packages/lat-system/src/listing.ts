import { type Dirent, existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, join, sep } from "node:path";
import { LatError } from "./errors.ts";
import { fileError } from "./files.ts";
import { quote } from "./quote.ts";

/** A file of a user's data. */
export interface ListedFile {
  /** Below the listed folder, its parts separated by `/`; where a file was listed, that file's own name. */
  readonly name: string;
  readonly path: string;
}

/** What is not read of a user's data. Things with the same `why` are counted together. */
export interface PassedOver {
  readonly name: string;
  readonly why: string;
  /** It is a folder, or may be one: what is in it is missing from the list, or is there under another name. */
  readonly folder?: true;
}

export interface Listing {
  /** Sorted by name. */
  readonly files: readonly ListedFile[];
  /** Names of the folders that were listed, empty ones among them, without the outermost. */
  readonly folders: readonly string[];
  readonly passedOver: readonly PassedOver[];
}

/** What file managers, archives, version control, notebooks and interrupted programs leave in folders. */
const leftovers =
  /^(\..*|__macosx|__pycache__|thumbs\.db|ehthumbs\.db|desktop\.ini|lost\+found|\$recycle\.bin|system volume information|@eadir|icon\r|~\$.*|.*~|.*\.(tmp|part|crdownload|swp))$/i;

/** Names that a message holds for each reason. */
const NAMED = 3;

/**
 * All files below a folder, or the file that `root` is. Links are followed, to each folder once: what a link leads back to
 * is in the list already. Hidden files and what systems leave behind are passed over, as is what cannot be reached.
 *
 * @throws {LatError} where `root` cannot be read, or is neither a file nor a folder
 */
export function listData(root: string): Listing {
  const given = attempt(root, () => statSync(root));
  if (given.isFile()) return { files: [{ name: basename(root), path: root }], folders: [], passedOver: [] };
  if (!given.isDirectory()) throw new LatError(`cannot read ${root}: it is neither a file nor a folder`);
  const files: ListedFile[] = [];
  const passedOver: PassedOver[] = [];
  const listed = new Map<string, string>();

  /** Lists what is in a folder but for what is behind links to folders. @returns these */
  const list = (folder: string, real: string): string[] => {
    const earlier = listed.get(real);
    if (earlier !== undefined) {
      passedOver.push({ name: folder, why: `the same folder as ${quote(earlier)}`, folder: true });
      return [];
    }
    listed.set(real, folder);
    const links: string[] = [];
    for (const entry of entriesOf(join(root, folder), folder, passedOver)) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const path = join(root, name);
      const found = leftovers.test(entry.name) ? leftBehind : kindOf(path, entry);
      if (found === "file") files.push({ name, path });
      else if (found === "folder" && !entry.isSymbolicLink()) links.push(...list(name, join(real, entry.name)));
      else if (found !== "folder") passedOver.push({ name, ...found });
      else if (isAround(realOf(path), real)) passedOver.push({ name, why: "a link to a folder that it is in" });
      else links.push(name);
    }
    return links;
  };

  // Links come after what lies in the folder itself, so that this keeps its own name.
  let links = list("", realOf(root));
  while (links.length > 0) links = links.sort().flatMap((name) => list(name, realOf(join(root, name))));
  const folders = [...listed.values()].filter((name) => name !== "").sort();
  return { files: files.sort(byName), folders, passedOver: passedOver.sort(byName) };
}

/** Says how much was passed over, why, and the first names: `7 passed over: 6 empty (a, b, c and 3 more), 1 … (d)`. */
export function tellPassedOver(passedOver: readonly PassedOver[]): string {
  const byReason = new Map<string, string[]>();
  for (const { name, why } of passedOver) {
    const names = byReason.get(why);
    if (names) names.push(name);
    else byReason.set(why, [name]);
  }
  const reasons = [...byReason].map(([why, names]) => {
    const first = names.slice(0, NAMED).map((name) => quote(name));
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
    return `${names.length} ${why} (${first.join(", ")}${more})`;
  });
  return `${passedOver.length} passed over: ${reasons.join("; ")}`;
}

type Reason = Omit<PassedOver, "name">;
const leftBehind: Reason = { why: "left behind by a system or a program, or hidden" };
const special: Reason = { why: "neither a file nor a folder" };

/** What is there, links followed: a file or a folder, or why it is neither. */
function kindOf(path: string, entry: Dirent): "file" | "folder" | Reason {
  if (entry.name.includes("\ufffd") && !existsSync(path)) return { why: "whose name is not UTF-8" };
  if (!entry.isSymbolicLink()) return entry.isFile() ? "file" : entry.isDirectory() ? "folder" : special;
  try {
    const target = statSync(path);
    return target.isFile() ? "file" : target.isDirectory() ? "folder" : special;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    return { why: code === "ENOENT" ? "a link to nothing" : `a link that cannot be followed (${code})`, folder: true };
  }
}

/** The entries of a folder; one that may not be read is passed over, but for the listed folder itself. */
function entriesOf(path: string, folder: string, passedOver: PassedOver[]): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (cause) {
    if (folder === "") throw fileError("read", path, cause);
    const { code } = cause as NodeJS.ErrnoException;
    passedOver.push({ name: folder, why: `a folder that cannot be read (${code})`, folder: true });
    return [];
  }
}

function isAround(outer: string, inner: string): boolean {
  return outer === sep || inner === outer || inner.startsWith(outer + sep);
}

function realOf(path: string): string {
  return attempt(path, () => realpathSync(path));
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw fileError("read", path, cause);
  }
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
}
