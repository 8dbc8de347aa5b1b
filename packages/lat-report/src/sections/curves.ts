import type { Block, Figures } from "../document/document.ts";
import { epsilonCurve, hasCurve } from "../figures/epsilon-curve.ts";
import { kindNames, panelStyle } from "../figures/theme.ts";
import { trainingPanel } from "../figures/training-panel.ts";
import type { Analysis } from "../statistics/analysis.ts";
import { kindsOf, panelHeading } from "./comparison.ts";

/** Every top-level metric against relative ε. */
export function epsilonCurves(analysis: Analysis): Block[] {
  const { axes, settings, implanted } = analysis;
  const figures = [...axes.unforeseen.slice(0, 1), ...axes.clean, ...axes.unforeseen.slice(1)].flatMap((name) => {
    const measured = settings.flatMap((setting) => {
      const estimate = setting.estimates.get(name);
      return estimate ? [{ setting, estimate }] : [];
    });
    const data = { settings: measured, implanted: implanted.get(name) };
    return hasCurve(data)
      ? [{ ...panelHeading(analysis, name), figure: epsilonCurve(data, panelStyle, 280, 200) }]
      : [];
  });
  if (figures.length === 0) return [];
  const curves: Figures = {
    type: "figures",
    caption:
      "Each metric against ε divided by the mean norm of the activations that it perturbs, so that sites and methods " +
      "compare. Dotted: fine-tuning (with its interval) and the network before defence, which have no ε.",
    figures,
    kinds: kindsOf(analysis),
  };
  return [{ type: "heading", text: "How much ε" }, curves];
}

/** Training and attack losses of the implanted network and of every setting, folded. */
export function trainingCurves({ study, settings }: Analysis): Block[] {
  const before = study.implanted?.progress ?? [];
  const panels = [
    ...(before.length > 0
      ? [{ title: kindNames.implanted, figure: trainingPanel("implanted", [before], panelStyle, 260, 160) }]
      : []),
    ...settings.flatMap((setting) => {
      const runs = setting.runs.map((run) => run.progress).filter((progress) => progress.length > 0);
      return runs.length === 0
        ? []
        : [{ title: setting.label, figure: trainingPanel(setting.method, runs, panelStyle, 260, 160) }];
    }),
  ];
  if (panels.length === 0) return [];
  const figures: Figures = {
    type: "figures",
    caption:
      "Coloured: the loss trained on, per example, a line for each seed. Grey: the attack’s loss before its first ascent (dashed) " +
      "and after its last. Long runs are shown as means over equally many consecutive steps.",
    figures: panels,
    kinds: [],
  };
  return [
    { type: "heading", text: "Training" },
    { type: "fold", title: "Loss of every run", blocks: [figures] },
  ];
}
