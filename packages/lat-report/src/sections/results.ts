import type { Block, Cell, Column, Table } from "../document/document.ts";
import { arrows } from "../figures/theme.ts";
import type { Analysis } from "../statistics/analysis.ts";
import { combineMethod, type Estimate } from "../statistics/combine.ts";
import { formatCases, formatInterval, formatSeconds, formatSignificant, formatValue } from "../statistics/format.ts";
import { metricTitle, metricUnit } from "../statistics/metric-name.ts";
import { paretoFront } from "../statistics/pareto.ts";
import type { Setting } from "../statistics/settings.ts";
import { scatterData } from "./comparison.ts";

/** Every top-level metric of every setting, what it cost, and folded the parts of each metric. */
export function results(analysis: Analysis): Block[] {
  return [
    { type: "heading", text: "Results by setting" },
    settingsTable(analysis, analysis.settings),
    ...[...analysis.axes.parts.keys()].map((whole) => partsFold(analysis, whole, analysis.settings)),
    intervalsFold,
  ];
}

/** How the intervals are made, folded. */
export const intervalsFold: Block = {
  type: "fold",
  title: "How the intervals are made",
  blocks: [{ type: "text", text: combineMethod }],
};

/** Every top-level metric of the network before the defence and of these settings, and what they cost. */
export function settingsTable(analysis: Analysis, settings: readonly Setting[]): Table {
  const { axes, primary } = analysis;
  const names = [...axes.clean, ...axes.unforeseen];
  const front = primary ? onFront(analysis, primary.clean, primary.unforeseen) : new Set<Setting>();
  const baseline = analysis.settings.find((setting) => setting.method === "ft")?.seconds;
  const cost = ({ seconds }: Setting): Cell => {
    if (seconds === undefined) return { text: "–" };
    return { text: formatSeconds(seconds), ...(baseline && { note: `${(seconds / baseline).toFixed(1)} × FT` }) };
  };
  return {
    type: "table",
    caption:
      "Means over seeds with 95 % intervals. Below ε: its size beside the mean norm of what it perturbs. Seeds: complete " +
      "of all. † on the Pareto front. " +
      "Cost: mean training time of a run, compilation included, and its ratio to fine-tuning’s.",
    columns: [
      { title: "Setting" },
      { title: "Seeds" },
      ...names.map((name) => metricColumn(analysis, name)),
      { title: "Cost" },
    ],
    rows: [
      ...implantedRow(analysis, names, [{ text: "–" }], [{ text: "–" }]),
      ...settings.map((setting) => [
        settingCell(setting, front.has(setting) ? " †" : ""),
        { text: `${setting.complete.length} of ${setting.runs.length}` },
        ...names.map((name) => metricCell(setting.estimates.get(name))),
        cost(setting),
      ]),
    ],
  };
}

/** The parts of a metric of the network before the defence and of these settings, folded. */
export function partsFold(analysis: Analysis, whole: string, settings: readonly Setting[]): Block {
  const parts = analysis.axes.parts.get(whole)!;
  // `auroc/words` is a part of `auroc/worst`, `attack-success-rate/alpha` one of `attack-success-rate`.
  const common = whole.endsWith("/worst") ? whole.indexOf("/") : whole.length;
  const shorten = (name: string) => ({ ...metricColumn(analysis, name), title: name.slice(common + 1) });
  const table: Table = {
    type: "table",
    caption: `${metricTitle(whole)} by part: means over seeds with 95 % intervals.`,
    columns: [{ title: "Setting" }, ...parts.map(shorten)],
    rows: [
      ...implantedRow(analysis, parts, [], []),
      ...settings.map((setting) => [
        { text: setting.label, kind: setting.method },
        ...parts.map((name) => metricCell(setting.estimates.get(name))),
      ]),
    ],
  };
  return { type: "fold", title: `${metricTitle(whole)}, each of ${parts.length} parts`, blocks: [table] };
}

function implantedRow({ implanted }: Analysis, names: readonly string[], before: Cell[], after: Cell[]): Cell[][] {
  if (implanted.size === 0) return [];
  const label: Cell = { text: "Before defence", kind: "implanted" };
  return [[label, ...before, ...names.map((name) => metricCell(implanted.get(name))), ...after]];
}

/** A metric's title, with its unit, the direction that is better, and how many cases it has. */
export function metricColumn({ axes, implanted, settings }: Analysis, name: string): Column {
  const estimates = [implanted, ...settings.map((setting) => setting.estimates)].map((by) => by.get(name));
  const cases = formatCases(estimates.flatMap((estimate) => estimate?.cases ?? []));
  const unit = metricUnit(name) === "nats" ? ", nats" : "";
  return { title: `${metricTitle(name)}${unit}\u00a0${arrows[axes.better.get(name)!]}`, note: `n = ${cases} a seed` };
}

function settingCell({ label, method, relativeEpsilon }: Setting, suffix: string): Cell {
  const relative = relativeEpsilon !== null && { note: `${formatSignificant(relativeEpsilon)} × norm` };
  return { text: `${label}${suffix}`, kind: method, ...relative };
}

export function metricCell(estimate: Estimate | undefined): Cell {
  return estimate
    ? { text: formatValue(estimate.name, estimate.value), note: formatInterval(estimate) }
    : { text: "–" };
}

function onFront(analysis: Analysis, clean: string, unforeseen: string): Set<Setting> {
  const settings = scatterData(analysis, clean, unforeseen)?.settings ?? [];
  const [first] = settings;
  if (!first) return new Set();
  const points = settings.map((pair) => [pair.clean.value, pair.unforeseen.value]);
  return new Set(paretoFront(points, [first.clean.better, first.unforeseen.better]).map((i) => settings[i]!.setting));
}
