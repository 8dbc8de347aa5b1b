import { mean } from "../statistics/combine.ts";
import type { Setting } from "../statistics/settings.ts";
import { configuration } from "./configuration.ts";
import { axis, point, rowColor, rows, span } from "./encoding.ts";
import type { Figure } from "./render.ts";
import type { Kind, Style } from "./theme.ts";

/** The mean loss after each ascent, of each setting of one method: how much its attack found. */
export function ascentPanel(settings: readonly Setting[], style: Style, width: number, height: number): Figure {
  const lines = settings.flatMap((setting) => {
    const losses = setting.runs.flatMap(({ summary }) => (summary.attack ? [summary.attack.lossByAscent] : []));
    const ascents = Math.min(...losses.map((byAscent) => byAscent.length));
    if (losses.length === 0 || ascents < 2) return [];
    return Array.from({ length: ascents }, (_, ascent) => ({
      kind: setting.method as Kind,
      x: ascent,
      y: mean(losses.map((byAscent) => byAscent[ascent]!)),
      series: setting.label,
      text: ascent === ascents - 1 ? String(setting.epsilon) : "",
    }));
  });
  const [least, most] = [Math.min(...lines.map(({ y }) => y)), Math.max(...lines.map(({ y }) => y))];
  const margin = 0.07 * (most - least || 1);
  const steps = Math.max(...lines.map(({ x }) => x));
  return {
    config: configuration(style),
    width,
    height,
    encoding: {
      x: {
        ...span("ascent", [0, steps * 1.12], width),
        axis: { values: Array.from({ length: steps + 1 }, (_, i) => i) },
      },
      y: span("nats", [least - margin, most + margin], height),
    },
    layer: [
      {
        ...rows(lines, style),
        mark: { type: "line", strokeWidth: 1.5, point: { size: 18 } },
        encoding: { ...point, color: rowColor, order: axis("x"), detail: { field: "series" } },
      },
      {
        ...rows(lines, style),
        mark: { type: "text", align: "left", dx: 7, color: style.palette.ink },
        encoding: { ...point, text: { field: "text" } },
      },
    ],
  };
}
