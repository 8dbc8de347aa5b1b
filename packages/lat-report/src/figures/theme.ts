import type { MethodName } from "../statistics/settings.ts";

/** What a point stands for: a defended network by its method, or the network before any defence. */
export type Kind = MethodName | "implanted";

export const kinds: readonly Kind[] = ["ft", "rlp", "at", "lat", "implanted"];

export const kindNames: Readonly<Record<Kind, string>> = {
  ft: "FT",
  rlp: "RLP",
  at: "AT",
  lat: "LAT",
  implanted: "before defence",
};

/** Stands behind a metric's name for the direction that is better, where there is no room for words. */
export const arrows = { higher: "↑", lower: "↓" } as const;

/** Vega's symbol shapes, so that the kinds stay apart in print without colour. */
export const kindShapes: Readonly<Record<Kind, string>> = {
  ft: "square",
  rlp: "triangle-up",
  at: "circle",
  lat: "diamond",
  implanted: "cross",
};

/** The same marks in a square of 10 × 10, for legends and lists. */
export const kindPaths: Readonly<Record<Kind, string>> = {
  ft: "M1 1H9V9H1Z",
  rlp: "M5 .6 9.6 9H.4Z",
  at: "M5 .5A4.5 4.5 0 1 1 5 9.5 4.5 4.5 0 1 1 5 .5Z",
  lat: "M5 0 9 5 5 10 1 5Z",
  implanted: "M3.5 0h3v3.5H10v3H6.5V10h-3V6.5H0v-3h3.5Z",
};

/** A colour for each role. The kinds' hues are Okabe and Ito's, which people with any colour vision tell apart. */
export type Palette = Readonly<Record<Kind | "ink" | "muted" | "grid" | "paper" | "warn", string>>;

export const light: Palette = {
  ft: "#000000",
  rlp: "#e69f00",
  at: "#0072b2",
  lat: "#d55e00",
  implanted: "#767676",
  ink: "#1c1e21",
  muted: "#5f6570",
  grid: "#e6e8eb",
  paper: "#ffffff",
  warn: "#b3261e",
};

export const dark: Palette = {
  ft: "#f2f2f2",
  rlp: "#e69f00",
  at: "#56b4e9",
  lat: "#ff7f2a",
  implanted: "#9a9a9a",
  ink: "#e8eaed",
  muted: "#a3a9b3",
  grid: "#2f333a",
  paper: "#15171a",
  warn: "#ff8a80",
};

/** Each role as a CSS variable, so that one drawing follows the page between light and dark. */
export const variables: Palette = Object.fromEntries(
  Object.keys(light).map((role) => [role, `var(--${role})`]),
) as unknown as Palette;

/** How a figure is drawn: on the page, where HTML carries title and legend, or standing alone as an image. */
export interface Style {
  readonly palette: Palette;
  readonly font: string;
  /** Drawn into the figure where it stands alone; without it the figure has no title and no legend. */
  readonly title?: { readonly text: string; readonly subtitle: readonly string[] };
  /** Whether the figure is a small one under a heading that says what its vertical axis shows. */
  readonly panel: boolean;
}

export const pageStyle: Style = { palette: variables, font: "inherit", panel: false };
export const panelStyle: Style = { ...pageStyle, panel: true };
