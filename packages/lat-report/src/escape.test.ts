import { expect, test } from "vitest";
import { escapeHtml } from "./escape.ts";

test("what HTML forbids becomes the replacement character", () => {
  expect(escapeHtml("a\u0000\u001b\ud800\u0085b\tc\n")).toBe("a\ufffd\ufffd\ufffd\ufffdb\tc\n");
  expect(escapeHtml("<script>'&\"")).toBe("&lt;script&gt;&#39;&amp;&quot;");
});
