import type { Block, Figures, Table } from "../document/document.ts";
import { ascentPanel } from "../figures/ascent-panel.ts";
import { panelStyle } from "../figures/theme.ts";
import type { Analysis } from "../statistics/analysis.ts";
import { formatCount, formatDecimals, formatShare, formatSignificant } from "../statistics/format.ts";
import { methods, methodTitles } from "../statistics/settings.ts";

/** What each run's attack did: a weak attack flatters the defence that it trains. */
export function attacks({ settings }: Analysis): Block[] {
  const attacked = settings.flatMap((setting) =>
    setting.runs.flatMap(({ summary }) => (summary.attack ? [{ setting, summary, attack: summary.attack }] : [])),
  );
  if (attacked.length === 0) return [];
  const table: Table = {
    type: "table",
    caption:
      "Means over a run’s training steps. Loss is the attack’s, per example, at its start and at its end; shares are of " +
      "all gradients and of all perturbations. Reach: the norm that the ascents’ steps can come to from their start, as a " +
      "multiple of ε. At the boundary: norm within 1 % of ε.",
    columns: [
      { title: "Run" },
      { title: "Seed" },
      { title: "Ascents" },
      { title: "Loss before → after" },
      { title: "Rise" },
      { title: "Zero gradients" },
      { title: "Not finite" },
      { title: "Reach ÷ ε" },
      { title: "At the boundary" },
      { title: "Warnings" },
    ],
    rows: attacked.map(({ setting, summary, attack }) => [
      { text: setting.label, kind: setting.method },
      { text: String(summary.seed) },
      { text: attack.ascents === 0 ? "none" : formatCount(attack.ascents) },
      { text: `${formatDecimals(attack.lossBefore)} → ${formatDecimals(attack.lossAfter)}` },
      { text: attack.ascents === 0 ? "–" : formatDecimals(attack.lossAfter - attack.lossBefore) },
      { text: attack.ascents === 0 ? "–" : formatShare(attack.zeroGradientShare) },
      { text: attack.ascents === 0 ? "–" : formatShare(attack.nonFiniteGradientShare) },
      { text: attack.reach === undefined ? "–" : formatSignificant(attack.reach / summary.epsilon!) },
      { text: formatShare(attack.boundaryShare) },
      { text: attack.warnings.length === 0 ? "none" : `⚠ ${formatCount(attack.warnings.length)}` },
    ]),
  };
  const panels = methods.flatMap((method) => {
    const climbing = settings.filter(
      (setting) => setting.method === method && setting.runs.some(({ summary }) => (summary.attack?.ascents ?? 0) > 0),
    );
    return climbing.length === 0
      ? []
      : [{ title: methodTitles[method], figure: ascentPanel(climbing, panelStyle, 280, 200) }];
  });
  const figures: Figures = {
    type: "figures",
    caption:
      "Mean attack loss per example after each ascent, a line for each ε (at its end), averaged over steps and seeds.",
    figures: panels,
    kinds: [],
  };
  return [
    { type: "heading", text: "How strong the attacks were" },
    ...(panels.length > 0 ? [figures] : []),
    { type: "fold", title: `The attack of each of ${attacked.length} runs`, blocks: [table] },
  ];
}
