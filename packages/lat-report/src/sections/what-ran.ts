import type { Provenance } from "lat-engine/records";
import type { Block, Table } from "../document/document.ts";
import type { Study } from "../read/study.ts";
import type { Analysis } from "../statistics/analysis.ts";
import { formatSeconds } from "../statistics/format.ts";

/** What was run, in a line. */
export function byline({ study, settings }: Analysis): string {
  const parts = [
    `${completeRuns(study)} of ${allRuns(study)} ${allRuns(study) === 1 ? "run" : "runs"} complete`,
    `${settings.length} ${settings.length === 1 ? "setting" : "settings"}`,
    `${seedsOf(study).length === 1 ? "seed" : "seeds"} ${seedsOf(study).join(", ")}`,
    formatSeconds(totalSeconds(study)),
    ...(study.provenance ? [deviceText(study.provenance.device)] : []),
  ];
  return parts.join(" · ");
}

/** What several studies ran, in a line. */
export function totals(studies: readonly Analysis[]): string {
  const all = studies.map(({ study }) => study);
  const sum = (of: (study: Study) => number) => all.reduce((total, study) => total + of(study), 0);
  return [
    `${all.length} experiments`,
    `${sum(completeRuns)} of ${sum(allRuns)} runs complete`,
    formatSeconds(sum(totalSeconds)),
  ].join(" · ");
}

/** What was run, on what, for how long; folded, every run whatever became of it. */
export function whatRan({ study, settings }: Analysis): Block[] {
  const { provenance, implanted, runs } = study;
  const implanting = implanted?.wallSeconds;
  const facts: [string, string | undefined][] = [
    ["Task", [study.task, provenance?.description].filter(Boolean).join(": ")],
    ["Preset", [study.preset, provenance?.header].filter(Boolean).join("\n")],
    ["Command", provenance && `lat ${provenance.command}`],
    ["Runs", `${completeRuns(study)} complete of ${allRuns(study)}, ${settings.length} settings`],
    ["Seeds", seedsOf(study).join(", ")],
    ["Total time", totalTime(implanting, defenceSeconds(study))],
    ["Started", provenance?.started],
    ["Device", provenance && deviceText(provenance.device)],
    ["Versions", provenance && versionList(provenance.versions)],
    ["Source revision", provenance?.gitRevision ?? undefined],
  ];
  const table: Table = {
    type: "table",
    caption: "Every run. The checkpoint’s SHA-256 is cut to 16 digits; summary.json has it whole.",
    columns: ["Setting", "Site", "Seed", "Status", "Wall time", "Checkpoint", "Folder"].map((title) => ({ title })),
    rows: settings.flatMap(({ label, runs }) =>
      runs.map(({ summary }) => [
        { text: label, kind: summary.method },
        { text: summary.site ?? "–" },
        { text: String(summary.seed) },
        { text: summary.status },
        { text: formatSeconds(summary.wallSeconds) },
        { text: summary.checkpointSha256?.slice(0, 16) ?? "–" },
        { text: summary.folder },
      ]),
    ),
  };
  return [
    { type: "heading", text: "What was run" },
    { type: "facts", facts: facts.flatMap(([name, value]) => (value ? [[name, value] as const] : [])) },
    { type: "fold", title: `Each of ${runs.length} runs`, blocks: [table] },
  ];
}

function completeRuns({ runs }: Study): number {
  return runs.filter((run) => run.summary.status === "complete").length;
}

function allRuns({ runs, missing }: Study): number {
  return runs.length + missing.length;
}

function seedsOf({ runs }: Study): number[] {
  return [...new Set(runs.map((run) => run.summary.seed))].sort((a, b) => a - b);
}

function defenceSeconds({ runs }: Study): number {
  return runs.reduce((sum, run) => sum + run.summary.wallSeconds, 0);
}

function totalSeconds(study: Study): number {
  return (study.implanted?.wallSeconds ?? 0) + defenceSeconds(study);
}

function totalTime(implanting: number | undefined, defence: number): string {
  if (implanting === undefined) return formatSeconds(defence);
  return `${formatSeconds(implanting + defence)}, of which implanting ${formatSeconds(implanting)}`;
}

function deviceText({ computesOn, cpu, threads, memoryBytes }: Provenance["device"]): string {
  const host = `${cpu}, ${threads} ${threads === 1 ? "thread" : "threads"}, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB of memory`;
  return computesOn === "gpu" ? `a GPU, beside ${host}` : host;
}

function versionList(versions: Provenance["versions"]): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
}
