import { expect, test } from "vitest";
import { configuration } from "./configuration.ts";
import { type Figure, renderInline } from "./render.ts";
import { pageStyle } from "./theme.ts";

const figure: Figure = {
  config: configuration(pageStyle),
  data: { values: [{ x: 1, text: "<img src=y>" }] },
  mark: "text",
  encoding: { x: { field: "x", type: "quantitative", title: "<img src=x>" }, text: { field: "text" } },
};

test("text in a figure and its description never become markup", async () => {
  const svg = await renderInline(figure, '"><img src=z>');
  expect(svg).not.toContain("<img");
  expect(svg.match(/&lt;img/g)!.length).toBeGreaterThanOrEqual(3);
});

test("an inline figure scales, names no address and draws in the page's colours", async () => {
  const svg = await renderInline(figure, "a");
  expect(svg).toMatch(/^<svg viewBox="0 0 \d+ \d+" style="max-width:\d+px" role="img" aria-label="a">/);
  expect(svg).not.toContain("http");
  expect(svg).toContain("var(--ink)");
});
