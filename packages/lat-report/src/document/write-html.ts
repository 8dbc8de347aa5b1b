import { drawSheet } from "../figures/contact-sheet.ts";
import { type Figure, renderInline } from "../figures/render.ts";
import { type Kind, kindNames, kindPaths, variables } from "../figures/theme.ts";
import { type Html, html, trusted } from "../html.ts";
import { writeChange } from "./change.ts";
import type { Block, Cell, ContactSheet, Figures, ReportDocument, Table, Transcript } from "./document.ts";
import { styleSheet } from "./style.ts";

/** The report as one HTML file: no script, no address, nothing that another file or machine must supply. */
export async function writeHtml(report: ReportDocument): Promise<string> {
  const blocks = await writeBlocks(report.blocks);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${report.title}</title>
<style>${trusted(styleSheet)}</style>
</head>
<body>
<main${report.wide && html` class="wide-page"`}>
<h1>${report.title}</h1>
<p class="byline">${report.byline}</p>
<p class="headline">${report.headline}</p>
<p class="evidence">${report.evidence}</p>
${blocks}
</main>
</body>
</html>
`;
  return page.markup;
}

function writeBlocks(blocks: readonly Block[]): Promise<Html[]> {
  return Promise.all(blocks.map(writeBlock));
}

async function writeBlock(block: Block): Promise<Html> {
  switch (block.type) {
    case "heading":
      return html`<h2>${block.text}</h2>\n`;
    case "text":
      return html`<p>${block.text}</p>\n`;
    case "claim":
      return html`<p class="claim"><strong>${block.claim}.</strong> ${block.evidence}</p>\n`;
    case "warning":
      return html`<div class="warning" role="note"><strong>⚠ ${block.title}</strong>
<ul>${block.items.map((item) => html`<li>${item}</li>`)}</ul></div>\n`;
    case "facts":
      return html`<dl>${block.facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>\n`;
    case "fold":
      return html`<details><summary>${block.title}</summary>\n${await writeBlocks(block.blocks)}</details>\n`;
    case "table":
      return writeTable(block);
    case "figures":
      return writeFigures(block);
    case "sheet":
      return writeSheet(block);
    case "transcript":
      return writeTranscript(block);
  }
}

function writeTable({ caption, groups, columns, rows }: Table): Html {
  const cell = ({ text, note, kind, bold }: Cell) =>
    html`<td>${kind && mark(kind)}${bold ? html`<b>${text}</b>` : text}${note && html`<small>${note}</small>`}</td>`;
  const over =
    groups &&
    html`<tr class="groups"><td></td>${groups.map(({ title, columns: span }) => html`<th scope="colgroup" colspan="${span}">${title}</th>`)}</tr>\n`;
  const spans =
    groups && [1, ...groups.map(({ columns: span }) => span)].map((span) => html`<colgroup span="${span}">`);
  return html`<figure><div class="scroll" tabindex="0"><table${groups && html` class="grouped"`}>
${spans}<thead>${over}<tr>${columns.map(({ title, note }) => html`<th scope="col"${title.length < 9 && html` class="short"`}>${title}${note && html`<small>${note}</small>`}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody>
</table></div>
<figcaption>${caption}</figcaption></figure>\n`;
}

async function writeFigures({ caption, figures, kinds }: Figures): Promise<Html> {
  const legend =
    kinds.length > 0 &&
    html`<ul class="legend">${kinds.map((kind) => html`<li>${mark(kind)}${kindNames[kind]}</li>`)}</ul>`;
  const draw = async (figure: Figure, title: string) => trusted(await renderInline(figure, title));
  const panels = await Promise.all(
    figures.map(async ({ title, note, figure, narrow }) => {
      const heading = html`<h3>${title}${note && html`<small>${note}</small>`}</h3>`;
      if (!narrow) return html`<div>${heading}${await draw(figure, title)}</div>\n`;
      return html`<div class="wide">${await draw(figure, title)}</div>
<div class="narrow">${heading}${await draw(narrow, title)}</div>\n`;
    }),
  );
  const body = figures.length > 1 ? html`<div class="panels">${panels}</div>` : panels;
  return html`<figure>${legend}${body}<figcaption>${caption}</figcaption></figure>\n`;
}

function writeSheet({ title, sheet }: ContactSheet): Html {
  const { width, height, body } = drawSheet(sheet, variables);
  return html`<div class="scroll" tabindex="0"><svg viewBox="0 0 ${width} ${height}" style="width:${width}px" aria-label="${title}">${body}</svg></div>\n`;
}

function writeTranscript({ input, unwanted, answers }: Transcript): Html {
  return html`<div class="transcript"><dl><dt>Input</dt><dd class="text">${input}</dd>
${unwanted !== undefined && html`<dt>Unwanted</dt><dd class="text">${unwanted}</dd>\n`}</dl><dl>
${answers.map(
  ({ label, kind, change, output, failed }) =>
    html`<dt>${mark(kind)}${label}</dt><dd class="text">${change && html`<p class="change">${writeChange(change)}</p>`}${failed && html`<span class="failed">unwanted </span>`}${output}</dd>\n`,
)}</dl></div>\n`;
}

/** The mark of a kind as its points in the figures are. */
function mark(kind: Kind): Html {
  return html`<svg class="mark" viewBox="0 0 10 10" aria-hidden="true"><path fill="var(--${kind})" d="${kindPaths[kind]}"/></svg>`;
}
