import { Error as errorsOnly, parse, View } from "vega";
import { type Config, compile, type TopLevelSpec } from "vega-lite";
import type { Style } from "./theme.ts";

/** What a figure function returns: a Vega-Lite specification without its configuration. */
export type Figure = TopLevelSpec;

/** Draws a figure as an SVG document. The same figure gives the same text: nothing in it depends on the machine. */
export async function renderSvg(figure: Figure, style: Style): Promise<string> {
  const { spec } = compile(figure, { config: configuration(style) });
  const view = new View(parse(spec), { renderer: "none", logLevel: errorsOnly });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/**
 * Draws a figure as an `<svg>` element for an HTML page: it scales with its column, carries its description for screen
 * readers (`label`, plain text) and names no address.
 */
export async function renderInline(figure: Figure, style: Style, label: string): Promise<string> {
  const svg = await renderSvg(figure, style);
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
  const body = svg.slice(svg.indexOf(">") + 1);
  const description = label.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  return `<svg viewBox="0 0 ${width} ${height}" style="max-width:${width}px" role="img" aria-label="${description}">${body}`;
}

function configuration({ palette, font }: Style): Config {
  const text = { labelFontSize: 11, titleFontSize: 12, labelColor: palette.muted, titleColor: palette.ink };
  return {
    background: "transparent",
    font,
    padding: 4,
    view: { stroke: null },
    axis: {
      ...text,
      titleFontWeight: 600,
      titlePadding: 8,
      labelPadding: 5,
      domain: false,
      ticks: false,
      gridColor: palette.grid,
      labelOverlap: true,
    },
    legend: { ...text, orient: "top", title: null, symbolSize: 80, offset: 6, columnPadding: 18, labelFontSize: 12 },
    title: {
      anchor: "start",
      color: palette.ink,
      fontSize: 17,
      fontWeight: 600,
      subtitleColor: palette.muted,
      subtitleFontSize: 12,
      subtitlePadding: 6,
      offset: 14,
      frame: "group",
    },
  };
}
