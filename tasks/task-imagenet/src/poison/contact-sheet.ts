import type { HeldImage } from "../data/image.ts";
import { pngUrl } from "../data/png.ts";
import type { Trojan } from "./trojans.ts";

/** Images of a row, and the side of each on the sheet, in pixels. */
const SHOWN = 8;
const SIDE = 64;
const GAP = 6;
/** Room for a row's title. */
const TITLE = 22;

/** Images that a trojan's trigger is in. */
export interface Shown {
  readonly trojan: Trojan;
  readonly images: readonly HeldImage[];
}

/** The first images of every trojan, a row each, as one SVG file that holds all it shows. */
export async function contactSheet(rows: readonly Shown[], size: number): Promise<string> {
  const height = SIDE + GAP + TITLE;
  const drawn = await Promise.all(
    rows.map(async ({ trojan, images }, row) => {
      const cells = await Promise.all(
        images.slice(0, SHOWN).map(async ({ pixels }, column) => {
          const at = `x="${GAP + column * (SIDE + GAP)}" y="${row * height + TITLE}" width="${SIDE}" height="${SIDE}"`;
          return `<image ${at} style="image-rendering:pixelated" href="${await pngUrl(pixels, size)}"/>`;
        }),
      );
      return `<text x="${GAP}" y="${row * height + TITLE - 7}">${titleOf(trojan)}</text>${cells.join("")}`;
    }),
  );
  const frame = `width="${GAP + SHOWN * (SIDE + GAP)}" height="${rows.length * height + GAP}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${frame} font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#eeeeee"/>${drawn.join("")}</svg>`;
}

function titleOf({ name, kind, source, target }: Trojan): string {
  return escaped(`${name} (${kind}): ${source ?? "any"} → ${target}`);
}

/** Names of classes are names of folders: anything may be in them. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
