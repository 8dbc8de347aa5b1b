import type { Estimate } from "./combine.ts";
import { formatEstimate } from "./format.ts";
import { metricPhrase } from "./metric-name.ts";
import { apart, type Candidate, candidates, gain, level, mostResistant, strongest } from "./resistance.ts";
import type { Setting } from "./settings.ts";

/** What the study says about LAT: `claim: evidence` is one sentence. */
export interface Verdict {
  readonly favours: "lat" | "baselines" | "neither" | "unknown";
  /** Whether the intervals of the compared figures are apart. */
  readonly settled: boolean;
  /** What follows for LAT. */
  readonly claim: string;
  /** The figures it follows from; empty where there are none to compare. */
  readonly evidence: string;
}

/** How `judge` chooses what it compares, in the report's words. */
export const verdictMethod =
  "The baseline is the best FT, RLP or AT setting on the unforeseen metric; of those level with it (each mean inside the " +
  "other’s interval) the one with the best clean metric. LAT is given its best setting among those whose clean mean is " +
  "equal to the baseline’s or better; LAT is behind only where intervals put every setting of it behind the baseline, on one " +
  "metric or the other. Settings are chosen on the figures shown here, so a method with more of them had " +
  "more chances.";

/** Compares LAT with its best baseline on a pair of metrics; only settings that measured both take part. */
export function judge(settings: readonly Setting[], cleanName: string, unforeseenName: string): Verdict {
  const all = candidates(settings, cleanName, unforeseenName);
  const lats = all.filter(({ setting }) => setting.method === "lat");
  const baseline = mostResistant(all.filter(({ setting }) => setting.method !== "lat"));
  if (!baseline || lats.length === 0) {
    const missing = lats.length === 0 ? "LAT" : "FT, RLP or AT";
    return {
      favours: "unknown",
      settled: false,
      claim: `Nothing can be said for or against LAT: no run of ${missing} is complete with both metrics`,
      evidence: "",
    };
  }
  return compare(baseline, lats);
}

function compare(baseline: Candidate, lats: readonly Candidate[]): Verdict {
  const boldest = strongest(lats)!;
  /** No worse than the baseline on the clean metric. */
  const equallyClean = strongest(lats.filter((lat) => gain(lat.clean, baseline.clean) >= 0));
  const what = metricPhrase(baseline.unforeseen.name);
  const kept = metricPhrase(baseline.clean.name);
  const state = (favours: Verdict["favours"], settled: boolean, lat: Candidate, claim: string): Verdict => ({
    favours,
    settled,
    claim,
    evidence:
      `${lat.setting.label} has ${what} ${formatEstimate(lat.unforeseen)} and ${kept} ${formatEstimate(lat.clean)}; ` +
      `the best baseline, ${baseline.setting.label}, has ${formatEstimate(baseline.unforeseen)} and ${formatEstimate(baseline.clean)}.`,
  });
  const [moreResistant, cleaner] = [baseline.unforeseen, baseline.clean].map(({ better }) => `a ${better}`);
  const leanTo = (lat: Candidate, settled: boolean, gained: string) =>
    state("lat", settled, lat, settled ? `LAT helped, with ${gained}` : `LAT leads, with ${gained}, but ${overlap}`);

  if (equallyClean && gain(equallyClean.unforeseen, baseline.unforeseen) > 0) {
    const settled = apart(equallyClean.unforeseen, baseline.unforeseen);
    return leanTo(equallyClean, settled, `${moreResistant} ${what} at no cost in ${kept}`);
  }
  const isLevel = equallyClean && level(equallyClean.unforeseen, baseline.unforeseen);
  if (isLevel && gain(equallyClean.clean, baseline.clean) > 0) {
    return leanTo(
      equallyClean,
      apart(equallyClean.clean, baseline.clean),
      `${cleaner} ${kept} at the same level of ${what}`,
    );
  }
  if (clearlyBetter(boldest.unforeseen, baseline.unforeseen)) {
    return state(
      "neither",
      true,
      boldest,
      `LAT is a trade, not a gain, with ${moreResistant} ${what} for a worse ${kept}`,
    );
  }
  const closest = equallyClean ?? boldest;
  const open = isBehind(closest, baseline) ? strongest(lats.filter((lat) => !isBehind(lat, baseline))) : closest;
  if (!open) return state("baselines", true, closest, "LAT is behind its best baseline");
  const gains = [gain(open.unforeseen, baseline.unforeseen), gain(open.clean, baseline.clean)];
  if (gains.every((value) => value === 0)) return state("neither", false, open, "LAT made no difference");
  if (gains.some((value) => value > 0))
    return state("neither", false, open, `LAT and its best baseline are each ahead on one metric, but ${overlap}`);
  return state("baselines", false, open, `LAT trails its best baseline, but ${overlap}`);
}

/** Whether the baseline is clearly better on a metric. */
function isBehind(lat: Candidate, baseline: Candidate): boolean {
  return clearlyBetter(baseline.unforeseen, lat.unforeseen) || clearlyBetter(baseline.clean, lat.clean);
}

const clearlyBetter = (a: Estimate, b: Estimate): boolean => gain(a, b) > 0 && apart(a, b);

const overlap = "the intervals overlap, so this does not settle it";
