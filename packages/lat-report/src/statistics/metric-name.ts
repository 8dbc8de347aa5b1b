/** The names of metrics as people read them. The first part of a name says what is measured, the rest on what. */

const abbreviations: Readonly<Record<string, string>> = { auroc: "AUROC", f1: "F1" };

function quantity(name: string): string {
  return name.split("/")[0]!;
}

/** Whether a metric is a share of cases: shown in per cent and never outside 0 … 1. */
export function isShare(name: string): boolean {
  const what = quantity(name);
  return /\brate\b/.test(what) || what === "accuracy";
}

/** The values a metric can take. */
export function range(name: string): readonly [number, number] {
  if (isShare(name) || ["auroc", "f1"].includes(quantity(name))) return [0, 1];
  return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
}

/** `attack-success-rate/alpha` → `attack success rate (alpha)`. */
export function metricPhrase(name: string): string {
  const [what, ...where] = name.split("/");
  const words = abbreviations[what!] ?? what!.replaceAll("-", " ");
  return where.length > 0 ? `${words} (${where.join(" / ")})` : words;
}

/** `attack-success-rate` → `Attack success rate`. */
export function metricTitle(name: string): string {
  const phrase = metricPhrase(name);
  return phrase[0]!.toUpperCase() + phrase.slice(1);
}

/** What one unit of the metric is; empty where it has none. */
export function metricUnit(name: string): string {
  if (isShare(name)) return "%";
  return quantity(name) === "loss" ? "nats" : "";
}

/** `Attack success rate, %`. */
export function metricHeading(name: string): string {
  const unit = metricUnit(name);
  return unit === "" ? metricTitle(name) : `${metricTitle(name)}, ${unit}`;
}
