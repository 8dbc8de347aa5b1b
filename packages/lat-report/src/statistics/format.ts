import type { Estimate } from "./combine.ts";
import { isShare } from "./metric-name.ts";

const wholeNumber = new Intl.NumberFormat("en-US");

/** A loss, an area under a curve: `4.652`. */
export function formatDecimals(loss: number): string {
  return loss.toFixed(3).replace(/^-/, "−");
}

/** A value of the metric in its unit, without the unit: `4.652`; a share in per cent: `40.2`. */
export function formatNumber(name: string, value: number): string {
  return isShare(name) ? (100 * value).toFixed(1).replace(/^-/, "−") : formatDecimals(value);
}

/** `40.2 %`. */
export function formatValue(name: string, value: number): string {
  return `${formatNumber(name, value)}${isShare(name) ? " %" : ""}`;
}

/** `40.2 % [33.1, 47.0]`. */
export function formatEstimate(estimate: Pick<Estimate, "name" | "value" | "low" | "high">): string {
  return `${formatValue(estimate.name, estimate.value)} ${formatInterval(estimate)}`;
}

export function formatInterval({ name, low, high }: Pick<Estimate, "name" | "low" | "high">): string {
  return `[${formatNumber(name, low)}, ${formatNumber(name, high)}]`;
}

/** `2,000`; where seeds have different numbers of cases `1,990–2,000`. */
export function formatCases(cases: readonly number[]): string {
  if (cases.length === 0) return "–";
  const [least, most] = [Math.min(...cases), Math.max(...cases)];
  return least === most ? formatCount(least) : `${formatCount(least)}–${formatCount(most)}`;
}

export function formatCount(count: number): string {
  return wholeNumber.format(count);
}

/** `3.2 s`, `4 min 05 s`, `2 h 07 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const pad = (value: number) => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${formatCount(Math.floor(whole / 3600))} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

/** Four significant digits, for quantities of any size: relative ε. */
export function formatSignificant(value: number): string {
  return String(Number(value.toPrecision(4))).replace(/^-/, "−");
}

/** A share as `2.5 %`. */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
