import type { Block, ReportDocument } from "../document/document.ts";
import type { Analysis } from "../statistics/analysis.ts";
import { formatEstimate } from "../statistics/format.ts";
import { metricPhrase } from "../statistics/metric-name.ts";
import { judge, verdictMethod } from "../statistics/verdict.ts";
import { attacks } from "./attacks.ts";
import { comparison } from "./comparison.ts";
import { epsilonCurves, trainingCurves } from "./curves.ts";
import { problems } from "./problems.ts";
import { results } from "./results.ts";
import { samples } from "./samples.ts";
import { byline, whatRan } from "./what-ran.ts";

/** The whole report: the answer, what to doubt about it, the evidence, how it was made. */
export async function composeReport(analysis: Analysis, title: string): Promise<ReportDocument> {
  const { study } = analysis;
  const how: Block[] =
    study.kind === "sweep"
      ? [
          {
            type: "fold",
            title: "How LAT and its rivals were compared",
            blocks: [{ type: "text", text: verdictMethod }],
          },
        ]
      : [];
  return {
    title,
    byline: byline(analysis),
    ...headline(analysis),
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

function headline({ study, settings, implanted, primary }: Analysis): Pick<ReportDocument, "headline" | "evidence"> {
  if (!primary) {
    const headline =
      "Nothing can be said for or against LAT: no network measured both a clean and an unforeseen metric.";
    return { headline, evidence: "" };
  }
  if (study.kind === "sweep") {
    const { claim, evidence } = judge(settings, primary.clean, primary.unforeseen);
    return { headline: `${claim}.`, evidence };
  }
  const [only] = settings;
  const figures = (estimates: typeof implanted) =>
    [primary.unforeseen, primary.clean]
      .flatMap((name) => estimates.get(name) ?? [])
      .map((estimate) => `${metricPhrase(estimate.name)} ${formatEstimate(estimate)}`)
      .join(" and ");
  const after = figures(only!.estimates) || `no figures (${only!.runs[0]!.summary.status})`;
  const before = implanted.size > 0 ? `; before the defence ${figures(implanted)}` : "";
  return {
    headline: "One run says nothing for or against LAT: comparing methods takes a sweep.",
    evidence: `${only!.label} has ${after}${before}.`,
  };
}
