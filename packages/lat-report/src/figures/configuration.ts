import type { Config } from "vega-lite";
import type { Style } from "./theme.ts";

/** Width left of a panel's plotting area, so that panels in a column line up. */
const panelMargin = 34;

/** What all figures of a style share: type, axes, legend, title. */
export function configuration({ palette, font, panel, title }: Style): Config {
  const text = { labelFontSize: 11, titleFontSize: 12, labelColor: palette.muted, titleColor: palette.ink };
  return {
    background: "transparent",
    font,
    padding: title ? 16 : 4,
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
    ...(panel && { axisY: { minExtent: panelMargin, maxExtent: panelMargin } }),
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
