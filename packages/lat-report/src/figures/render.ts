import { Error as errorsOnly, parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { escapeHtml, visible } from "../escape.ts";

/** What a figure function returns: a Vega-Lite specification. */
export type Figure = TopLevelSpec;

/** Draws a figure as an SVG document. The same figure gives the same text: nothing in it depends on the machine. */
export async function renderSvg(figure: Figure): Promise<string> {
  const { spec } = compile(figure);
  const view = new View(parse(spec), { renderer: "none", logLevel: errorsOnly });
  try {
    return visible(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/**
 * Draws a figure as an `<svg>` element for an HTML page: it scales with its column, carries its description for screen
 * readers (`label`, plain text) and names no address.
 */
export async function renderInline(figure: Figure, label: string): Promise<string> {
  const svg = await renderSvg(figure);
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
  const body = svg.slice(svg.indexOf(">") + 1);
  return `<svg viewBox="0 0 ${width} ${height}" style="max-width:${width}px" role="img" aria-label="${escapeHtml(label)}">${body}`;
}
