import type { PrepareContext, Prepared } from "lat-engine/task";
import { LatError } from "lat-system";
import type { Options } from "../options.ts";
import { type Reading, readTexts } from "./given.ts";
import { contentsOf, distinctTexts, type KnownText, membersOf, refuseTrained } from "./known-text.ts";
import { countsForJson, requireAll, tellCounts } from "./labels.ts";
import { pyritPackage } from "./packages.ts";
import { loadPyrit } from "./pyrit.ts";
import { balance, type Splits, splitNames, splitsOf } from "./split.ts";
import { findTables } from "./tables.ts";

/** The texts of an experiment: as many harmful as benign in each split, and the sets that people made. */
export interface Texts extends Splits<KnownText>, Pick<Prepared, "splits" | "dropped"> {
  readonly heldOut: Readonly<Record<string, readonly KnownText[]>>;
  /** The labels of the files that were given, under `data` and `heldout.NAME`; of the package there are none. */
  readonly labels: Readonly<Record<string, ReturnType<typeof countsForJson>>>;
}

/**
 * Texts of the file or folder given with `--data`, or else of the package `pyrit`.
 *
 * @throws {LatError} where a text or a group is in two of the splits that files give, or a held-out text is trained on
 */
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
    : { texts: (await loadPyrit(packageFolder(pyritPackage.name))).map((text) => ({ ...text, where: text.text })) };
  if (data && "labels" in read) requireAll(data, options, read.labels);
  const { kept, dropped } = distinctTexts(read.texts);
  const splits = splitsOf(kept, options, seed);
  const [train, validation, test] = splitNames.map((name) => balance(splits[name], seed, name)) as [
    KnownText[],
    KnownText[],
    KnownText[],
  ];
  const groups = new Set(kept.map(({ group }) => group)).size;
  progress(
    `${kept.length} texts in ${groups} groups; balanced: ${train.length} for training, ` +
      `${validation.length} for validation, ${test.length} for the test`,
  );
  const columns = { ...options.columns, split: null };
  const heldOut: Record<string, readonly KnownText[]> = {};
  const droppedOf: Record<string, number> = { ...dropped };
  for (const [name, path] of Object.entries(options.heldout)) {
    const { texts } = await readFile(`heldout.${name}`, path, { ...options, columns });
    const own = distinctTexts(texts);
    for (const [why, count] of Object.entries(own.dropped)) droppedOf[`${why} in ${name}`] = count;
    if (!own.kept.some(({ harmful }) => harmful)) {
      throw new LatError(`${path}: none of ${own.kept.length} texts is harmful; a held-out set is for texts that are`);
    }
    refuseTrained(own.kept, [...train, ...validation]);
    heldOut[name] = own.kept;
  }
  return {
    ...{ train, validation, test, heldOut, labels },
    // What people made is measured on like the test: the two may share texts.
    splits: {
      train: membersOf(train),
      validation: membersOf(validation),
      test: [...membersOf(test), ...Object.values(heldOut).flatMap(contentsOf)],
    },
    dropped: droppedOf,
  };
}
