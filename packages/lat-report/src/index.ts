export { readStudy } from "./read/read-study.ts";
export type { ImplantedRecord, Study, StudyRun } from "./read/study.ts";
export { conclude } from "./sections/conclusion.ts";
export { type Analysis, analyse } from "./statistics/analysis.ts";
export { type Axes, chooseAxes } from "./statistics/axes.ts";
export type { Estimate } from "./statistics/combine.ts";
export {
  formatCount,
  formatEstimate,
  formatInterval,
  formatSeconds,
  formatSignificant,
  formatValue,
} from "./statistics/format.ts";
export { groupRuns, type Setting } from "./statistics/settings.ts";
export { judge, type Verdict } from "./statistics/verdict.ts";
export { type OverviewFiles, writeOverview } from "./write-overview.ts";
export { type ReportFiles, type ReportOptions, writeReport } from "./write-report.ts";
