import type { Metric } from "lat-engine/task";
import {
  analyse,
  conclude,
  formatCount,
  formatEstimate,
  formatInterval,
  formatSeconds,
  formatSignificant,
  formatValue,
  readStudy,
} from "lat-report";
import { table } from "./output.ts";

/** Every metric of one network. */
export function metricsTable(metrics: readonly Metric[]): string {
  return table(
    ["metric", "value", "95 % interval", "n", "axis", "better"],
    metrics.map(({ name, value, interval: [low, high], n, axis, better }) => [
      name,
      formatValue(name, value),
      formatInterval({ name, low, high }),
      formatCount(n),
      axis,
      better,
    ]),
  );
}

/**
 * One line for each method, ε and site, over its seeds, and what follows for LAT; the parts of a metric (each trojan, each
 * attack) are left to the report.
 */
export async function sweepResults(folder: string): Promise<string> {
  const study = await readStudy(folder);
  const analysis = analyse(study);
  const { clean, unforeseen, better } = analysis.axes;
  const names = [...clean, ...unforeseen];
  const implanted = new Map((study.implanted?.metrics ?? []).map((metric) => [metric.name, metric]));
  const rows = [
    [
      "before defence",
      "",
      "",
      "",
      ...names.map((name) => {
        const metric = implanted.get(name);
        return metric
          ? formatEstimate({ name, value: metric.value, low: metric.interval[0], high: metric.interval[1] })
          : "–";
      }),
      formatSeconds(study.implanted?.wallSeconds ?? 0),
    ],
    ...analysis.settings.map((setting) => [
      setting.method,
      setting.epsilon === null ? "–" : String(setting.epsilon),
      setting.relativeEpsilon === null ? "–" : formatSignificant(setting.relativeEpsilon),
      `${setting.complete.length}/${setting.runs.length}`,
      ...names.map((name) => {
        const estimate = setting.estimates.get(name);
        return estimate ? formatEstimate(estimate) : "–";
      }),
      setting.seconds === undefined ? "–" : formatSeconds(setting.seconds),
    ]),
  ];
  const headers = names.map((name) => `${name} ${better.get(name) === "higher" ? "↑" : "↓"}`);
  const { claim, evidence } = conclude(analysis);
  const figures = table(["method", "ε", "relative ε", "seeds", ...headers, "time"], rows);
  return `${figures}\n\n${claim}.${evidence && ` ${evidence}`}`;
}
