import { existsSync } from "node:fs";
import { join } from "node:path";
import { LatError, UsageError, writeJson } from "lat-system";
import { z } from "zod";
import { readContentIfThere } from "../configuration/content.ts";

const INPUTS = "inputs.json";

/** A file that a person gave. */
const inputFileSchema = z.object({
  /** What it was given as: `data`, or a file that an option names. */
  given: z.string(),
  /** Below what was given, where that is a folder; else the file's own name. */
  name: z.string(),
  path: z.string(),
  sha256: z.string(),
});
export type InputFile = z.infer<typeof inputFileSchema>;

/** `inputs.json` in a run's and in a sweep's folder: the content of the person's own files that the figures are of. */
const inputsSchema = z.object({ schema: z.literal(1), files: z.array(inputFileSchema) });
export type Inputs = z.infer<typeof inputsSchema>;

export async function writeInputs(folder: string, inputs: Inputs): Promise<void> {
  await writeJson(join(folder, INPUTS), inputs);
}

/** Undefined where a run has no such record: it was never begun. */
function readInputs(folder: string): Inputs | undefined {
  return readContentIfThere(join(folder, INPUTS), inputsSchema);
}

/**
 * @throws UsageError naming the files whose content is not what it was when the folder's run or sweep began
 */
export function refuseChangedInputs(folder: string, now: Inputs): void {
  const there = readInputs(folder);
  const changed = there ? changedInputs(there, now) : [];
  if (changed.length === 0) return;
  throw new UsageError(
    `${folder} is of other data than there are now: ${changed.join("; ")}. ` +
      "Put the files back as they were, or begin in another folder.",
  );
}

/** @throws LatError where folders that are compared with one another are of different data */
export function refuseMixedInputs(folders: readonly string[]): void {
  const [first, ...others] = folders.filter((folder) => existsSync(join(folder, INPUTS)));
  for (const other of others) {
    const changed = changedInputs(readInputs(first!)!, readInputs(other)!);
    if (changed.length > 0)
      throw new LatError(
        `${first} and ${other} are of different data, so they are not compared: ${changed.join("; ")}`,
      );
  }
}

/** Files that a message lists. */
const SHOWN = 3;

/** `data/a.csv has another content`, for each of the first few files that differ. */
function changedInputs(there: Inputs, now: Inputs): string[] {
  const byPlace = ({ files }: Inputs) => new Map(files.map((file) => [`${file.given}\0${file.name}`, file]));
  const [before, after] = [byPlace(there), byPlace(now)];
  const changed = [...new Set([...before.keys(), ...after.keys()])].flatMap((place) => {
    const [old, current] = [before.get(place), after.get(place)];
    if (old?.sha256 === current?.sha256) return [];
    const { path } = (current ?? old)!;
    return [`${path} ${!current ? "is gone" : !old ? "is new" : "has another content"}`];
  });
  return changed.length > SHOWN ? [...changed.slice(0, SHOWN), `${changed.length - SHOWN} more`] : changed;
}
