import { expect, test } from "vitest";
import { html, trusted } from "./html.ts";

test("values are escaped, markup is not, lists are joined, nothing is nothing", () => {
  const list = ["<b>", trusted("<i>")];
  expect(html`<p title="${'"'}">${list}${false}${undefined}${0}</p>`.markup).toBe(
    '<p title="&quot;">&lt;b&gt;<i>0</p>',
  );
});
