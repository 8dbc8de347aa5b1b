import type { PrepareContext } from "lat-engine/task";
import { LatError } from "lat-system";
import type { Options } from "../options.ts";
import { type Reading, readTexts } from "./given.ts";
import type { LabelledText } from "./labelled-text.ts";
import { countsForJson, requireAll, tellCounts } from "./labels.ts";
import { pyritPackage } from "./packages.ts";
import { loadPyrit } from "./pyrit.ts";
import { balance, type Splits, splitNames, splitsOf } from "./split.ts";
import { findTables } from "./tables.ts";

/** The texts of an experiment: as many harmful as benign in each split, and the sets that people made. */
export interface Texts extends Splits {
  readonly heldOut: Readonly<Record<string, readonly LabelledText[]>>;
  /** The labels of the files that were given, under `data` and `heldout.NAME`; of the package there are none. */
  readonly labels: Readonly<Record<string, ReturnType<typeof countsForJson>>>;
}

/** Texts of the file or folder given with `--data`, or else of the package `pyrit`. */
export async function loadTexts(options: Options, { data, packageFolder, progress }: PrepareContext): Promise<Texts> {
  const { seed } = options;
  const labels: Record<string, ReturnType<typeof countsForJson>> = {};
  const readFile = async (name: string, path: string, reading: Reading) => {
    const tables = await findTables(path, reading, progress);
    // What people made to be measured on is measured on, whatever its files are called.
    const read = await readTexts(name === "data" ? tables : tables.map(({ path }) => ({ path })), reading);
    labels[name] = countsForJson(read.labels);
    progress(`${path}: ${tellCounts(read.labels)}`);
    return read;
  };
  const read = data
    ? await readFile("data", data, options)
    : { texts: await loadPyrit(packageFolder(pyritPackage.name)) };
  if (data && "labels" in read) requireAll(data, options, read.labels);
  const splits = splitsOf(read.texts, options, seed);
  const [train, validation, test] = splitNames.map((name) => balance(splits[name], seed, name));
  const groups = new Set(read.texts.map(({ group }) => group)).size;
  progress(
    `${read.texts.length} texts in ${groups} groups; balanced: ${train!.length} for training, ` +
      `${validation!.length} for validation, ${test!.length} for the test`,
  );
  const columns = { ...options.columns, split: null };
  const heldOut: Record<string, readonly LabelledText[]> = {};
  for (const [name, path] of Object.entries(options.heldout)) {
    const { texts } = await readFile(`heldout.${name}`, path, { ...options, columns });
    if (!texts.some(({ harmful }) => harmful)) {
      throw new LatError(`${path}: none of ${texts.length} texts is harmful; a held-out set is for texts that are`);
    }
    heldOut[name] = texts;
  }
  return { train: train!, validation: validation!, test: test!, heldOut, labels };
}
