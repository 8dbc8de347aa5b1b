import { type Kind, kindNames, kindShapes, kinds, type Style } from "./theme.ts";

/** A quantitative field that follows the figure's shared axis. */
export const axis = (field: string) => ({ field, type: "quantitative" as const });

/** The channels of rows that are points, and of rows that are segments. */
export const point = { x: axis("x"), y: axis("y") };
export const segment = { ...point, x2: { field: "x2" }, y2: { field: "y2" } };

/** Inline data. Each row says what it is, and gets that kind's colour and name. */
export function rows(values: readonly object[], { palette }: Style): { data: { values: object[] } } {
  const dressed = values.map((row) =>
    "kind" in row ? { ...row, color: palette[row.kind as Kind], name: kindNames[row.kind as Kind] } : row,
  );
  return { data: { values: dressed } };
}

/** The row's own colour, which needs no scale and so no legend. */
export const rowColor = { field: "color", type: "nominal" as const, scale: null };

/** Colour and shape by kind, with a legend where the figure stands alone. */
export function byKind(values: readonly { readonly kind: Kind }[], { palette, title }: Style) {
  const shown = kinds.filter((kind) => values.some((row) => row.kind === kind));
  const channel = (range: readonly string[]) => ({
    field: "name",
    type: "nominal" as const,
    scale: { domain: shown.map((kind) => kindNames[kind]), range: [...range] },
    ...(!title && { legend: null }),
  });
  return {
    color: channel(shown.map((kind) => palette[kind])),
    shape: channel(shown.map((kind) => kindShapes[kind])),
  };
}

/** An axis of `length` pixels that spans exactly `domain`. */
export function span(title: string | null, domain: readonly [number, number], length: number) {
  return {
    type: "quantitative" as const,
    title,
    scale: { domain: [...domain], nice: false, zero: false },
    axis: { tickCount: Math.max(3, Math.round(length / 70)) },
  };
}
