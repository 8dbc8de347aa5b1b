import { type Html, html } from "../html.ts";
import { type Kind, kindPaths, type Palette } from "./theme.ts";

/** Images in rows and columns: a column for each input, a row for each network, and what it saw where they meet. */
export interface Sheet {
  readonly columns: readonly SheetColumn[];
  readonly rows: readonly SheetRow[];
}

export interface SheetColumn {
  readonly title: string;
  /** In smaller type below the title. */
  readonly note: string;
  /** What all networks were given, as data URLs of PNGs. */
  readonly images: readonly CaptionedImage[];
}

export interface CaptionedImage {
  readonly caption: string;
  readonly url: string;
  /** Of the image itself, in its pixels. */
  readonly width: number;
}

export interface SheetRow {
  readonly label: string;
  readonly kind: Kind;
  /** One for each column; undefined where the network was not given the input. */
  readonly cells: readonly (SheetCell | undefined)[];
}

export interface SheetCell {
  /** What this network alone was given. */
  readonly images: readonly CaptionedImage[];
  /** What it saw. */
  readonly text: string;
  readonly failed: boolean;
}

/** A sheet as the inside of an `<svg>` of this size, in pixels. */
export interface DrawnSheet {
  readonly width: number;
  readonly height: number;
  readonly body: Html;
}

const side = 64;
const gap = 6;
const gutter = 26;
const line = 16;
const margin = 8;
/** Width of a letter at 12 pixels, in a wide font. */
const letter = 7;
const fewestLetters = 26;

/** Draws a sheet. Images smaller than on the sheet show their pixels. */
export function drawSheet({ columns, rows }: Sheet, palette: Palette): DrawnSheet {
  const labels = margin + 28 + letter * Math.max(...rows.map(({ label }) => label.length));
  const widths = columns.map(({ images }, column) => {
    const most = Math.max(images.length, ...rows.map(({ cells }) => cells[column]?.images.length ?? 0));
    return Math.max(most * (side + gap) - gap, fewestLetters * letter);
  });
  const lefts = widths.map(
    (_, column) => labels + widths.slice(0, column).reduce((sum, width) => sum + width + gutter, 0),
  );
  const text = (x: number, baseline: number, content: string, width: number, color: string, weight = 400): Html => {
    const characters = [...content];
    const room = Math.floor(width / (weight > 400 ? 1.1 * letter : letter));
    // Cut in the middle: what is at the end of an image's name, its class, says most.
    const [head, tail] = [Math.ceil(room / 2) - 1, Math.floor(room / 2)];
    const short =
      characters.length > room ? `${characters.slice(0, head).join("")}…${characters.slice(-tail).join("")}` : content;
    return html`<text x="${x}" y="${baseline}" fill="${color}" font-weight="${weight}">${short !== content && html`<title>${content}</title>`}${short}</text>`;
  };
  const strip = (images: readonly CaptionedImage[], x: number, y: number): Html[] =>
    images.map(({ caption, url, width }, i) => {
      const left = x + i * (side + gap);
      const pixelated = width < side && html` class="pixels" image-rendering="optimizeSpeed"`;
      return html`<image x="${left}" y="${y}" width="${side}" height="${side}"${pixelated} href="${url}"/><text x="${left + side / 2}" y="${y + side + 12}" font-size="10.5" text-anchor="middle" fill="${palette.muted}">${caption}</text>`;
    });

  let y = margin;
  const head = columns.map(({ title, note, images }, column) => [
    text(lefts[column]!, y + 12, title, widths[column]!, palette.ink, 600),
    text(lefts[column]!, y + 12 + line, note, widths[column]!, palette.muted),
    strip(images, lefts[column]!, y + 2 * line + 4),
  ]);
  y += 2 * line + 4 + (columns.some(({ images }) => images.length > 0) ? side + line + 4 : 0);
  const body = rows.map(({ label, kind, cells }) => {
    const height = (cells.some((cell) => cell && cell.images.length > 0) ? side + line + 4 : 0) + line + 8;
    const [top, baseline] = [y, y + height - 9];
    y += height;
    return [
      html`<path d="M${margin} ${top}H${lefts.at(-1)! + widths.at(-1)!}" stroke="${palette.grid}"/>`,
      html`<path transform="translate(${margin} ${baseline - 9})" fill="${palette[kind]}" d="${kindPaths[kind]}"/>`,
      text(margin + 16, baseline, label, labels, palette.ink),
      cells.map((cell, column) => {
        if (!cell) return text(lefts[column]!, baseline, "–", widths[column]!, palette.muted);
        const color = cell.failed ? palette.warn : palette.ink;
        return [
          strip(cell.images, lefts[column]!, top + 6),
          text(lefts[column]!, baseline, cell.text, widths[column]!, color, cell.failed ? 600 : 400),
        ];
      }),
    ];
  });
  const width = Math.ceil(lefts.at(-1)! + widths.at(-1)! + margin);
  return { width, height: y + margin, body: html`<g font-size="12">${head}${body}</g>` };
}
