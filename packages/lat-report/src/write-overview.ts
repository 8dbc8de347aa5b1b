import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { UsageError, writeFileAtomic } from "lat-system";
import { writeHtml } from "./document/write-html.ts";
import { writeMarkdown } from "./document/write-markdown.ts";
import { renderPng } from "./figures/image.ts";
import { readStudy } from "./read/read-study.ts";
import { mainImage } from "./sections/comparison.ts";
import { composeOverview, type Experiment } from "./sections/overview.ts";
import { analyse } from "./statistics/analysis.ts";

/** Paths of the files that an overview consists of. */
export interface OverviewFiles {
  /** One file that needs no other and no network. */
  readonly html: string;
  readonly markdown: string;
  /** The figure of each experiment as a PNG, which the Markdown shows. */
  readonly images: readonly string[];
}

/**
 * Writes one page over several sweeps, side by side; a lone run counts as an experiment without a verdict.
 *
 * @param directories folders as `writeReport` takes them, two or more
 * @param out a folder, for `report.html` and `report.md`, or the page's own path, which ends in `.html`
 * @throws {UsageError} where a folder is absent, holds neither a sweep nor a run or is given twice, and where `out` is
 *   the folder of a sweep or of a run, whose own report would be replaced.
 * @throws {LatError} where a file in a folder is malformed or of another version, or where the page cannot be written.
 */
export async function writeOverview(directories: readonly string[], out: string): Promise<OverviewFiles> {
  refuseRepeated(directories);
  const isFile = extname(out) === ".html";
  const [folder, stem] = isFile ? [dirname(out), basename(out, ".html")] : [out, "report"];
  refuseReplacing(folder, stem);
  const analyses = await Promise.all(directories.map(async (directory) => analyse(await readStudy(directory))));
  const names = nameApart(
    analyses.map(({ study }) => `${study.task} · ${study.preset}`),
    directories,
  );
  const experiments = analyses.map(
    (analysis, index): Experiment => ({
      name: names[index]!,
      analysis,
      image: `figures/${stem}-${index + 1}.png`,
    }),
  );
  const overview = composeOverview(experiments, [...new Set(analyses.map(({ study }) => study.task))].join(", "));
  const files = {
    html: join(folder, `${stem}.html`),
    markdown: join(folder, `${stem}.md`),
    images: experiments.map(({ image }) => join(folder, image)),
  };
  for (const { name, analysis, image } of experiments) {
    await writeFileAtomic(join(folder, image), await renderPng(mainImage(analysis, name)));
  }
  await writeFileAtomic(files.markdown, writeMarkdown(overview));
  await writeFileAtomic(files.html, await writeHtml(overview));
  return files;
}

function refuseRepeated(directories: readonly string[]): void {
  const real = directories.map((directory) => (existsSync(directory) ? realpathSync(directory) : directory));
  const repeated = real.findIndex((path, index) => real.indexOf(path) !== index);
  if (repeated < 0) return;
  const [first, again] = [directories[real.indexOf(real[repeated]!)]!, directories[repeated]!];
  throw new UsageError(`${first} and ${again} are the same folder: give each folder once`);
}

/** A sweep's folder has a `report.html` of its own. */
function refuseReplacing(folder: string, stem: string): void {
  const own = ["summary.json", "result.json"].find((file) => existsSync(join(folder, file)));
  if (stem === "report" && own !== undefined) {
    throw new UsageError(
      `--out: ${folder} holds a ${own === "summary.json" ? "sweep" : "run"}, whose own report the page would replace; ` +
        "choose another folder, or a file that ends in .html",
    );
  }
}

/** Names with the folder behind those that come several times. */
function nameApart(names: readonly string[], directories: readonly string[]): string[] {
  return names.map((name, index) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (${directories[index]})`,
  );
}
