import { escapeHtml } from "./escape.ts";

/** Markup that is safe to put on a page. Only `html` and `trusted` make it. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

type Value = Html | string | number | false | undefined | readonly Value[];

/** A template whose values are escaped unless they are `Html`; lists are joined, `false` and `undefined` are nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.map((part, index) => part + (index < values.length ? render(values[index]) : "")).join(""));
}

/** Markup that this program made itself, such as a drawing. Never text from a file. */
export function trusted(markup: string): Html {
  return new Html(markup);
}

function render(value: Value): string {
  if (value instanceof Html) return value.markup;
  if (value === false || value === undefined) return "";
  if (typeof value === "object") return value.map(render).join("");
  return escapeHtml(String(value));
}
