import { createRequire } from "node:module";
import { Resvg } from "@resvg/resvg-js";
import { drawSheet, type Sheet } from "./contact-sheet.ts";
import { type Figure, renderSvg } from "./render.ts";
import { light, type Style } from "./theme.ts";

const family = "Source Sans 3";
const require = createRequire(import.meta.url);
const fontFiles = ["400Regular/SourceSans3_400Regular.ttf", "600SemiBold/SourceSans3_600SemiBold.ttf"].map((file) =>
  require.resolve(`@expo-google-fonts/source-sans-3/${file}`),
);

/** The style of a figure that stands alone: light, with the font that `renderPng` draws with. */
export const imageStyle: Style = { palette: light, font: family, panel: false };

/**
 * Draws a figure of `imageStyle` as a PNG at twice its size. Text is drawn with a font that comes as a dependency, never with the
 * system's: a machine without fonts draws the same image as any other.
 */
export async function renderPng(figure: Figure): Promise<Buffer> {
  return rasterize(await renderSvg(figure));
}

/** Draws a contact sheet as a PNG at twice its size, with the same font. */
export function renderSheetPng(sheet: Sheet): Buffer {
  const { width, height, body } = drawSheet(sheet, light);
  return rasterize(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body.markup}</svg>`);
}

function rasterize(svg: string): Buffer {
  const image = new Resvg(svg, {
    font: { fontFiles, loadSystemFonts: false, defaultFontFamily: family },
    fitTo: { mode: "zoom", value: 2 },
    background: light.paper,
  });
  return image.render().asPng();
}
