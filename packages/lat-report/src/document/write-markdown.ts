import { escapeHtml, visible } from "../escape.ts";
import { kindNames } from "../figures/theme.ts";
import type { Piece } from "../text/word-diff.ts";
import { writeChange } from "./change.ts";
import type { Block, Cell, Figures, ReportDocument, Table, Transcript } from "./document.ts";

/** The report as Markdown (GitHub's). Of the figures it has the main one, as an image; the others are in the HTML. */
export function writeMarkdown(report: ReportDocument): string {
  return [
    `# ${escapeMarkdown(report.title)}`,
    escapeMarkdown(report.byline),
    `**${escapeMarkdown(report.headline)}**`,
    ...(report.evidence === "" ? [] : [escapeMarkdown(report.evidence)]),
    ...report.blocks.map(writeBlock),
  ]
    .join("\n\n")
    .concat("\n");
}

function writeBlock(block: Block): string {
  switch (block.type) {
    case "heading":
      return `## ${escapeMarkdown(block.text)}`;
    case "text":
      return escapeMarkdown(block.text);
    case "claim":
      return `**${escapeMarkdown(block.claim)}.** ${escapeMarkdown(block.evidence)}`;
    case "warning":
      return [
        `> **⚠ ${escapeMarkdown(block.title)}**`,
        ...block.items.map((item) => `> - ${escapeMarkdown(item)}`),
      ].join("\n> \n");
    case "facts":
      return block.facts.map(([name, value]) => `- **${name}**: ${escapeMarkdown(value)}`).join("\n");
    case "fold":
      return [
        `<details><summary>${escapeHtml(block.title)}</summary>`,
        ...block.blocks.map(writeBlock),
        "</details>",
      ].join("\n\n");
    case "table":
      return writeTable(block);
    case "figures":
      return writeFigures(block);
    case "sheet":
      return `![${escapeMarkdown(block.title)}](${block.image})`;
    case "transcript":
      return writeTranscript(block);
  }
}

function writeTable({ caption, groups = [], columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const cell = ({ text, note, bold }: Cell) => {
    const content = escapeMarkdown(
      [text, note?.startsWith("[") ? note : note && `(${note})`].filter(Boolean).join(" "),
    );
    return bold ? `**${content}**` : content;
  };
  // A table of Markdown has one row of titles.
  const prefixes = ["", ...groups.flatMap(({ title, columns: span }) => Array<string>(span).fill(`${title}: `))];
  return [
    line(columns.map(({ title, ...rest }, index) => cell({ ...rest, text: `${prefixes[index] ?? ""}${title}` }))),
    line(columns.map((_, index) => (index === 0 ? ":--" : "--:"))),
    ...rows.map((row) => line(row.map(cell))),
    "",
    escapeMarkdown(caption),
  ].join("\n");
}

function writeFigures({ caption, figures, kinds }: Figures): string {
  const shown = figures.flatMap(({ title, image }) => {
    const alternative = `${title}; ${kinds.map((kind) => kindNames[kind]).join(", ")}`;
    return image === undefined ? [] : [`![${escapeMarkdown(alternative)}](${image})`];
  });
  if (shown.length === 0) return `In report.html: ${escapeMarkdown(caption)}`;
  return [...shown, escapeMarkdown(caption)].join("\n\n");
}

function writeTranscript({ input, unwanted, answers }: Transcript): string {
  return [
    "Input:",
    fence(input),
    ...(unwanted === undefined ? [] : ["Unwanted:", fence(unwanted)]),
    ...answers.flatMap(({ label, change, output, failed }) => [
      `${escapeMarkdown(label)}${failed ? " (unwanted)" : ""}:`,
      ...(change ? [quote(change)] : []),
      fence(output),
    ]),
  ].join("\n\n");
}

/** A changed text as HTML, in which Markdown marks nothing: a blank line, after which it would, becomes line breaks. */
function quote(change: readonly Piece[]): string {
  return `<blockquote>${writeChange(change).markup.replaceAll("\n", "<br>")}</blockquote>`;
}

/** The text word for word, in a fence longer than any run of backticks in it. */
function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}text\n${visible(text)}\n${ticks}`;
}

/** Text on one line that Markdown shows as it is. A bracket alone, as in an interval, means nothing and stays readable. */
function escapeMarkdown(text: string): string {
  return visible(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/[\\`*_{}|~>]|\](?=[([:])/g, "\\$&")
    .replaceAll("\n", "<br>");
}
