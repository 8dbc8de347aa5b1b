import type { Analysis } from "../statistics/analysis.ts";
import { formatEstimate } from "../statistics/format.ts";
import { metricPhrase } from "../statistics/metric-name.ts";
import { judge, type Verdict } from "../statistics/verdict.ts";

/** What a study says about LAT on its primary metrics: a sweep a verdict, a lone run its figures. */
export function conclude({ study, settings, implanted, primary }: Analysis): Verdict {
  if (!primary) {
    const claim = "Nothing can be said for or against LAT: no network measured both a clean and an unforeseen metric";
    return { favours: "unknown", settled: false, claim, evidence: "" };
  }
  if (study.kind === "sweep") return judge(settings, primary.clean, primary.unforeseen);
  const [only] = settings;
  const figures = (estimates: typeof implanted) =>
    [primary.unforeseen, primary.clean]
      .flatMap((name) => estimates.get(name) ?? [])
      .map((estimate) => `${metricPhrase(estimate.name)} ${formatEstimate(estimate)}`)
      .join(" and ");
  const after = figures(only!.estimates) || `no figures (${only!.runs[0]!.summary.status})`;
  const before = implanted.size > 0 ? `; before the defence ${figures(implanted)}` : "";
  return {
    favours: "unknown",
    settled: false,
    claim: "One run says nothing for or against LAT: comparing methods takes a sweep",
    evidence: `${only!.label} has ${after}${before}.`,
  };
}
