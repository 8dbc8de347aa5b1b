import type { Block, Figures } from "../document/document.ts";
import { configuration } from "../figures/configuration.ts";
import { imageStyle } from "../figures/image.ts";
import type { Figure } from "../figures/render.ts";
import { scatter } from "../figures/scatter.ts";
import type { ScatterData } from "../figures/scatter-rows.ts";
import { type Kind, kinds, pageStyle, panelStyle } from "../figures/theme.ts";
import type { Analysis } from "../statistics/analysis.ts";
import { metricPhrase, metricTitle, metricUnit } from "../statistics/metric-name.ts";

/** Path of the main image inside the report's folder. */
export const imagePath = "figures/clean-versus-unforeseen.png";

const nothingToDraw = "Nothing to draw: no network measured both a clean and an unforeseen metric.";

/** The settings and the implanted network on a pair of metrics; undefined where nothing measured both. */
export function scatterData(analysis: Analysis, clean: string, unforeseen: string): ScatterData | undefined {
  const pair = (estimates: Analysis["implanted"]) => {
    const [x, y] = [estimates.get(clean), estimates.get(unforeseen)];
    return x && y ? { clean: x, unforeseen: y } : undefined;
  };
  const settings = analysis.settings.flatMap((setting) => {
    const figures = pair(setting.estimates);
    return figures ? [{ ...figures, setting }] : [];
  });
  const implanted = pair(analysis.implanted);
  return settings.length > 0 || implanted ? { settings, implanted } : undefined;
}

/** The kinds of network that a study has, in the legend's order. */
export function kindsOf({ settings, implanted }: Analysis): Kind[] {
  const present = new Set<Kind>(settings.map((setting) => setting.method));
  if (implanted.size > 0) present.add("implanted");
  return kinds.filter((kind) => present.has(kind));
}

/** What stands above a panel: its metric, and `% · lower is better`. */
export function panelHeading({ axes }: Analysis, name: string): { title: string; note: string } {
  const unit = metricUnit(name);
  return { title: metricTitle(name), note: `${unit && `${unit} · `}${axes.better.get(name)} is better` };
}

/** The main figure as an image of its own. Where there is nothing to draw, the image says so. */
export function mainImage(analysis: Analysis, study: string): Figure {
  const { primary, settings } = analysis;
  const data = primary && scatterData(analysis, primary.clean, primary.unforeseen);
  if (!primary || !data) {
    const title = { text: study, subtitle: [nothingToDraw] };
    return { config: configuration(imageStyle), title, data: { values: [] }, mark: "point" };
  }
  const seeds = new Set(settings.flatMap(({ complete }) => complete.map((run) => run.summary.seed))).size;
  const title = {
    text: `${metricTitle(primary.clean)} against ${metricPhrase(primary.unforeseen)}`,
    subtitle: [
      study,
      `Mean of ${seeds} ${seeds === 1 ? "seed" : "seeds"} with 95 % intervals; numbers are ε`,
      "Dashed: Pareto front of the defended networks",
    ],
  };
  return scatter(data, { ...imageStyle, title }, 660, 420);
}

/** The main figure, and a small one for every other unforeseen metric. */
export function comparison(analysis: Analysis): Block[] {
  const { axes, primary } = analysis;
  const data = primary && scatterData(analysis, primary.clean, primary.unforeseen);
  if (!primary || !data) {
    return [{ type: "text", text: nothingToDraw }];
  }
  const main: Figures = {
    type: "figures",
    caption:
      `${metricTitle(primary.clean)} against ${metricPhrase(primary.unforeseen)}. A point is the mean over a ` +
      "setting’s seeds (the faint points), its bars the 95 % intervals, cut where they leave the frame; the number is " +
      "ε. Lines join a method’s settings in the order of ε. Dashed: the Pareto front of the defended networks.",
    figures: [
      {
        title: `${metricTitle(primary.clean)} against ${metricPhrase(primary.unforeseen)}`,
        note: `vertical: ${metricPhrase(primary.unforeseen)}, ${panelHeading(analysis, primary.unforeseen).note}`,
        figure: scatter(data, pageStyle, 780, 440),
        narrow: scatter(data, panelStyle, 270, 300),
        image: imagePath,
      },
    ],
    kinds: kindsOf(analysis),
  };
  const others = axes.unforeseen.slice(1).flatMap((name) => {
    const other = scatterData(analysis, primary.clean, name);
    return other ? [{ ...panelHeading(analysis, name), figure: scatter(other, panelStyle, 280, 210) }] : [];
  });
  const multiples: Figures = {
    type: "figures",
    caption: `${metricTitle(primary.clean)} against every other unforeseen metric, drawn as above.`,
    figures: others,
    kinds: kindsOf(analysis),
  };
  return [
    { type: "heading", text: "Clean performance against unforeseen failures" },
    main,
    ...(others.length > 0 ? [multiples] : []),
  ];
}
