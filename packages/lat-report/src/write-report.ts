import { join } from "node:path";
import { writeFileAtomic } from "lat-system";
import type { Block, ContactSheet } from "./document/document.ts";
import { writeHtml } from "./document/write-html.ts";
import { writeMarkdown } from "./document/write-markdown.ts";
import { renderPng, renderSheetPng } from "./figures/image.ts";
import { readStudy } from "./read/read-study.ts";
import { imagePath, mainImage } from "./sections/comparison.ts";
import { composeReport } from "./sections/report.ts";
import { analyse } from "./statistics/analysis.ts";

export interface ReportOptions {
  /** Default: the task and its preset. */
  readonly title?: string | undefined;
}

/** Paths of the files that a report consists of. */
export interface ReportFiles {
  /** One file that needs no other and no network. */
  readonly html: string;
  readonly markdown: string;
  /** The main figure as a PNG, which the Markdown shows. */
  readonly image: string;
  /** The contact sheets as PNGs, which the Markdown shows as well. */
  readonly sheets: readonly string[];
}

/**
 * Writes the report of a sweep (a folder with `summary.json`) or of a single run (`result.json`) into its folder. The
 * files depend on the folder's content alone: the same content gives the same bytes.
 *
 * @throws {UsageError} where the folder is absent or holds neither a sweep nor a run.
 * @throws {LatError} where a file in it is malformed or of another version (naming the file and what was expected),
 *   where a sweep has no runs, or where the report cannot be written.
 */
export async function writeReport(directory: string, options: ReportOptions = {}): Promise<ReportFiles> {
  const analysis = analyse(await readStudy(directory));
  const title = options.title ?? `${analysis.study.task} · ${analysis.study.preset}`;
  const report = await composeReport(analysis, title);
  const sheets = contactSheets(report.blocks);
  const files = {
    html: join(directory, "report.html"),
    markdown: join(directory, "report.md"),
    image: join(directory, imagePath),
    sheets: sheets.map(({ image }) => join(directory, image)),
  };
  await writeFileAtomic(files.image, await renderPng(mainImage(analysis, title)));
  for (const { sheet, image } of sheets) await writeFileAtomic(join(directory, image), renderSheetPng(sheet));
  await writeFileAtomic(files.markdown, writeMarkdown(report));
  await writeFileAtomic(files.html, await writeHtml(report));
  return files;
}

/** The contact sheets of a report, inside folds too. */
function contactSheets(blocks: readonly Block[]): ContactSheet[] {
  return blocks.flatMap((block) => {
    if (block.type === "fold") return contactSheets(block.blocks);
    return block.type === "sheet" ? [block] : [];
  });
}
