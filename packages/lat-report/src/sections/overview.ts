import type { Block, Cell, Column, Figures, ReportDocument, Table } from "../document/document.ts";
import { scatter } from "../figures/scatter.ts";
import { type Kind, kindNames, kinds, panelStyle } from "../figures/theme.ts";
import type { Analysis } from "../statistics/analysis.ts";
import { metricPhrase } from "../statistics/metric-name.ts";
import { candidates, gain, level, mostResistant } from "../statistics/resistance.ts";
import { type MethodName, methods, type Setting } from "../statistics/settings.ts";
import { type Verdict, verdictMethod } from "../statistics/verdict.ts";
import { kindsOf, panelHeading, scatterData } from "./comparison.ts";
import { conclude } from "./conclusion.ts";
import { problems } from "./problems.ts";
import { intervalsFold, metricCell, metricColumn, partsFold, settingsTable } from "./results.ts";
import { byline, totals } from "./what-ran.ts";

/** One of several studies on a page. */
export interface Experiment {
  /** Different for each. */
  readonly name: string;
  readonly analysis: Analysis;
  /** Path of its figure as an image. */
  readonly image: string;
}

const chosenBy =
  "its best setting on the first unforeseen metric and, of those level with it (each mean inside the other’s interval), " +
  "the one with the best clean metric. It was chosen on the figures shown here, so a method with more settings had more " +
  "chances.";

/** Several studies side by side: what each says about LAT, who resists what, then each by itself. */
export function composeOverview(experiments: readonly Experiment[], title: string): ReportDocument {
  const verdicts = experiments.map(({ analysis }) => conclude(analysis));
  return {
    title,
    wide: true,
    byline: totals(experiments.map(({ analysis }) => analysis)),
    headline: count(verdicts),
    evidence: verdicts.map(({ claim }, index) => `${experiments[index]!.name}: ${claim}.`).join("\n"),
    blocks: [
      { type: "heading", text: "Who resists what" },
      ...resistance(experiments),
      ...scatters(experiments),
      {
        type: "fold",
        title: "How LAT and its baselines were compared",
        blocks: [{ type: "text", text: verdictMethod }],
      },
      intervalsFold,
      ...experiments.flatMap((experiment, index) => details(experiment, verdicts[index]!)),
    ],
  };
}

/** `LAT helped in 1 of 3 experiments, was behind its best baseline in 1; 1 does not settle it.` */
function count(verdicts: readonly Verdict[]): string {
  const number = (favours: Verdict["favours"]) =>
    verdicts.filter((verdict) => verdict.settled && verdict.favours === favours).length;
  const [helped, lost, traded] = [number("lat"), number("baselines"), number("neither")];
  const open = verdicts.length - helped - lost - traded;
  if (open === verdicts.length) return `None of the ${open} experiments settles whether LAT helps.`;
  return [
    `LAT helped in ${helped} of ${verdicts.length} experiments`,
    lost > 0 && `, was behind its best baseline in ${lost}`,
    traded > 0 && `, was a trade in ${traded}`,
    open > 0 && `; ${open} ${open === 1 ? "does" : "do"} not settle it`,
    ".",
  ]
    .filter((part) => part !== false)
    .join("");
}

/** A row for each method at its most resistant, a group of columns for each experiment. */
function resistance(experiments: readonly Experiment[]): Block[] {
  const measured = experiments.flatMap(({ name, analysis }) => {
    const names = comparedMetrics(analysis);
    return names.length > 0 ? [{ name, analysis, names, chosen: representatives(analysis) }] : [];
  });
  if (measured.length === 0)
    return [{ type: "text", text: "No network measured both a clean and an unforeseen metric." }];
  const present = kinds.filter((kind) => measured.some(({ analysis }) => kindsOf(analysis).includes(kind)));
  const ordered: readonly Kind[] = ["implanted", ...methods].filter((kind) => present.includes(kind as Kind)) as Kind[];
  const table: Table = {
    type: "table",
    caption:
      "Means over seeds with 95 % intervals. Bold: the best defence in a column, and those level with it. A method stands " +
      `with ${chosenBy}`,
    groups: measured.map(({ name, names }) => ({ title: name, columns: 1 + names.length })),
    columns: [
      { title: "Method" },
      ...measured.flatMap(({ analysis, names }): Column[] => [
        { title: "Setting" },
        ...names.map((name) => metricColumn(analysis, name)),
      ]),
    ],
    rows: ordered.map((kind) => [
      { text: kind === "implanted" ? "Before defence" : kindNames[kind], kind },
      ...measured.flatMap(({ analysis, names, chosen }): Cell[] => {
        if (kind === "implanted")
          return [{ text: "–" }, ...names.map((name) => metricCell(analysis.implanted.get(name)))];
        const setting = chosen.get(kind);
        // `AT ε 2 at embeddings` → `ε 2 at embeddings`
        const label = setting?.label.slice(kind.length).trim() || "–";
        return [{ text: label }, ...names.map((name) => boldCell(name, setting, [...chosen.values()]))];
      }),
    ]),
  };
  return [table];
}

/** The primary pair, and what the clean metric measures under the worst attack: `accuracy/worst` of `accuracy/clean`. */
function comparedMetrics({ axes, primary }: Analysis): string[] {
  if (!primary) return [];
  const worst = `${primary.clean.split("/")[0]}/worst`;
  return [...new Set([primary.clean, primary.unforeseen, ...axes.unforeseen.filter((name) => name === worst)])];
}

/** The setting that stands for each method; none for a method without a complete run. */
function representatives({ settings, primary }: Analysis): Map<MethodName, Setting> {
  const all = primary ? candidates(settings, primary.clean, primary.unforeseen) : [];
  return new Map(
    methods.flatMap((method) => {
      const best = mostResistant(all.filter(({ setting }) => setting.method === method));
      return best ? [[method, best.setting] as const] : [];
    }),
  );
}

/** A metric of a setting, bold where it is the best of several or level with it. */
function boldCell(name: string, setting: Setting | undefined, baselines: readonly Setting[]): Cell {
  const estimate = setting?.estimates.get(name);
  const all = baselines.flatMap(({ estimates }) => estimates.get(name) ?? []);
  if (!estimate || all.length < 2) return metricCell(estimate);
  const best = all.reduce((a, b) => (gain(b, a) > 0 ? b : a));
  return { ...metricCell(estimate), bold: estimate === best || level(estimate, best) };
}

function scatters(experiments: readonly Experiment[]): Block[] {
  const figures = experiments.flatMap(({ name, analysis, image }) => {
    const { primary } = analysis;
    const data = primary && scatterData(analysis, primary.clean, primary.unforeseen);
    if (!primary || !data) return [];
    const { note } = panelHeading(analysis, primary.unforeseen);
    const vertical = `vertical: ${metricPhrase(primary.unforeseen)}, ${note}`;
    return [{ title: name, note: vertical, figure: scatter(data, panelStyle, 320, 260), image }];
  });
  if (figures.length === 0) return [];
  const block: Figures = {
    type: "figures",
    caption:
      "Clean performance against unforeseen failures. A point is the mean over a setting’s seeds (the faint points), its " +
      "bars the 95 % intervals, cut where they leave the frame; the number is ε. Lines join a method’s settings in the " +
      "order of ε. Dashed: the Pareto front of the defended networks.",
    figures,
    kinds: kinds.filter((kind) => experiments.some(({ analysis }) => kindsOf(analysis).includes(kind))),
  };
  return [block];
}

/** One experiment: its verdict, what to doubt, its methods on every metric; folded, each part and every setting. */
function details({ name, analysis }: Experiment, { claim, evidence }: Verdict): Block[] {
  const chosen = [...representatives(analysis).values()];
  const all: Block = {
    type: "fold",
    title: `All ${analysis.settings.length} settings`,
    blocks: [settingsTable(analysis, analysis.settings)],
  };
  const withParts = comparedMetrics(analysis).filter((metric) => analysis.axes.parts.has(metric));
  return [
    { type: "heading", text: name },
    { type: "text", text: byline(analysis) },
    { type: "claim", claim, evidence },
    ...problems(analysis),
    settingsTable(analysis, chosen),
    ...withParts.map((metric) => partsFold(analysis, metric, chosen)),
    ...(chosen.length < analysis.settings.length ? [all] : []),
  ];
}
