import type { Block, ReportDocument } from "../document/document.ts";
import type { Analysis } from "../statistics/analysis.ts";
import { verdictMethod } from "../statistics/verdict.ts";
import { attacks } from "./attacks.ts";
import { comparison } from "./comparison.ts";
import { conclude } from "./conclusion.ts";
import { epsilonCurves, trainingCurves } from "./curves.ts";
import { problems } from "./problems.ts";
import { results } from "./results.ts";
import { samples } from "./samples.ts";
import { byline, whatRan } from "./what-ran.ts";

/** The whole report: the answer, what to doubt about it, the evidence, how it was made. */
export async function composeReport(analysis: Analysis, title: string): Promise<ReportDocument> {
  const { study } = analysis;
  const { claim, evidence } = conclude(analysis);
  const how: Block[] =
    study.kind === "sweep"
      ? [
          {
            type: "fold",
            title: "How LAT and its baselines were compared",
            blocks: [{ type: "text", text: verdictMethod }],
          },
        ]
      : [];
  return {
    title,
    byline: byline(analysis),
    headline: `${claim}.`,
    evidence,
    blocks: [
      ...how,
      ...problems(analysis),
      ...comparison(analysis),
      ...results(analysis),
      ...epsilonCurves(analysis),
      ...attacks(analysis),
      ...trainingCurves(analysis),
      ...(await samples(analysis)),
      ...whatRan(analysis),
    ],
  };
}
