import type { StepRecord } from "lat-engine/records";
import { trainingCurve } from "../statistics/series.ts";
import { configuration } from "./configuration.ts";
import { axis, point, rowColor, rows, span } from "./encoding.ts";
import type { Figure } from "./render.ts";
import type { Kind, Style } from "./theme.ts";

/** Training of one setting, its seeds as lines of their own: the training loss, and the attack's loss around its ascents. */
export function trainingPanel(
  kind: Kind,
  runs: readonly (readonly StepRecord[])[],
  style: Style,
  width: number,
  height: number,
): Figure {
  const curves = runs.map((progress) => trainingCurve(progress));
  const line = (what: string, value: (curvePoint: (typeof curves)[number][number]) => number | undefined) =>
    curves.flatMap((curve, seed) =>
      curve.flatMap((one) => {
        const y = value(one);
        return y === undefined ? [] : [{ kind, x: one.step, y, series: `${what} ${seed}` }];
      }),
    );
  const loss = line("loss", (one) => one.loss);
  const before = line("before", (one) => one.attack?.before);
  const after = line("after", (one) => one.attack?.after);
  const everything = [...loss, ...before, ...after];
  const bounds = (values: number[]): [number, number] => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const margin = 0.05 * (most - least || Math.abs(most) || 1);
    return [least - margin, most + margin];
  };
  const strokes = { ...point, order: axis("x"), detail: { field: "series" } };
  const { muted } = style.palette;
  return {
    config: configuration(style),
    width,
    height,
    encoding: {
      x: span("optimizer step", [0, Math.max(1, ...everything.map(({ x }) => x))], width),
      y: span("nats", bounds(everything.map(({ y }) => y)), height),
    },
    layer: [
      {
        ...rows(before, style),
        mark: { type: "line", strokeWidth: 1, strokeDash: [2, 2], color: muted },
        encoding: strokes,
      },
      { ...rows(after, style), mark: { type: "line", strokeWidth: 1, color: muted }, encoding: strokes },
      {
        ...rows(loss, style),
        mark: { type: "line", strokeWidth: 1.5, opacity: 0.8 },
        encoding: { ...strokes, color: rowColor },
      },
    ],
  };
}
