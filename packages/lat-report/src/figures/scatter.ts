import { configuration } from "./configuration.ts";
import { axis, byKind, point, rowColor, rows, segment, span } from "./encoding.ts";
import type { Figure } from "./render.ts";
import { type ScatterData, scatterRows } from "./scatter-rows.ts";
import { arrows, type Style } from "./theme.ts";

/**
 * Clean against unforeseen metric: a point for each setting (mean over its seeds; the seeds are the faint points), bars
 * for its intervals, ε beside it, a line through a method's settings in the order of ε, the Pareto front of the
 * defended networks dashed. `width` and `height` are those of the plotting area in pixels; the data holds at least one
 * network.
 */
export function scatter(data: ScatterData, style: Style, width: number, height: number): Figure {
  const { clean, unforeseen } = (data.settings[0] ?? data.implanted)!;
  const { x, y, points, seeds, bars, paths, front, labels, leaders } = scatterRows(data, width, height);
  const { palette, title, panel } = style;
  const text = { ...point, text: { field: "text" } };
  return {
    config: configuration(style),
    width,
    height,
    ...(title && { title: { text: title.text, subtitle: [...title.subtitle] } }),
    // Without this, layers that bring their own colours would take them away from the legend.
    resolve: { scale: { color: "independent", shape: "independent" } },
    encoding: {
      // Vega takes text for wider than it is: a long title would make a panel wider than its neighbours.
      x: span(panel ? `${x.title} ${arrows[clean.better]}` : `${x.title} · ${clean.better} is better`, x.domain, width),
      y: span(panel ? null : `${y.title} · ${unforeseen.better} is better`, y.domain, height),
    },
    layer: [
      {
        ...rows(front, style),
        mark: { type: "line", color: palette.muted, strokeDash: [5, 4], strokeWidth: 1.2 },
        encoding: { ...point, order: axis("order") },
      },
      {
        ...rows(paths, style),
        mark: { type: "line", strokeWidth: 1.5, opacity: 0.3 },
        encoding: { ...point, color: rowColor, order: axis("order"), detail: { field: "series" } },
      },
      {
        ...rows(leaders, style),
        mark: { type: "rule", color: palette.muted, strokeWidth: 0.6 },
        encoding: segment,
      },
      {
        ...rows(bars, style),
        mark: { type: "rule", strokeWidth: 1.2, opacity: 0.7 },
        encoding: { ...segment, color: rowColor },
      },
      {
        ...rows(seeds, style),
        mark: { type: "circle", size: 14, opacity: 0.45 },
        encoding: { ...point, color: rowColor },
      },
      {
        ...rows(points, style),
        mark: { type: "point", filled: true, size: 90, opacity: 1, stroke: palette.paper, strokeWidth: 1 },
        encoding: { ...point, ...byKind(points, style) },
      },
      {
        ...rows(labels, style),
        mark: { type: "text", fontSize: 11, fill: palette.paper, stroke: palette.paper, strokeWidth: 3 },
        encoding: text,
      },
      { ...rows(labels, style), mark: { type: "text", fontSize: 11, color: palette.ink }, encoding: text },
    ],
  };
}
