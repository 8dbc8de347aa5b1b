import { copyFile, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  chooseAxes,
  formatEstimate,
  formatSeconds,
  formatSignificant,
  groupRuns,
  judge,
  readStudy,
  writeReport,
} from "lat-report";
import { root } from "./stages.ts";

// Puts a sweep's figures and image into a README, between `<!-- results: FOLDER METRIC… -->` and
// `<!-- end of results -->`; without metrics those of the report's table. The image's path is relative to the README.
//   bun run results README.md docs/quickstart.png

const [readme, image] = process.argv.slice(2) as [string, string];
const path = join(root, readme);
const text = await readFile(path, "utf8");
const section = /(<!-- results: (\S+)(.*) -->\n)[\s\S]*?(<!-- end of results -->)/;
const [, , folder, metrics] = section.exec(text) ?? [];
if (!folder) throw new Error(`${readme} has no section "<!-- results: FOLDER -->" … "<!-- end of results -->"`);

const study = await readStudy(join(root, folder));
const { clean, unforeseen, better } = chooseAxes(study);
const asked = metrics?.split(" ").filter((name) => name !== "") ?? [];
const names = asked.length > 0 ? asked : [...clean, ...unforeseen];
const settings = groupRuns(study.runs);
const { claim, evidence } = judge(settings, clean[0]!, unforeseen[0]!);
const before = new Map((study.implanted?.metrics ?? []).map((metric) => [metric.name, metric]));

const header = ["method", "ε", "relative ε", "seeds", ...names.map(arrow), "training"];
const rows = [
  [
    "before defence",
    "",
    "",
    "",
    ...names.map((name) => {
      const { value, interval } = before.get(name)!;
      return formatEstimate({ name, value, low: interval[0], high: interval[1] });
    }),
    "",
  ],
  ...settings.map(({ method, epsilon, relativeEpsilon, complete, runs, estimates, seconds }) => [
    method.toUpperCase(),
    epsilon === null ? "" : String(epsilon),
    relativeEpsilon === null ? "" : formatSignificant(relativeEpsilon),
    `${complete.length} of ${runs.length}`,
    ...names.map((name) => (estimates.has(name) ? formatEstimate(estimates.get(name)!) : "")),
    seconds === undefined ? "" : formatSeconds(seconds),
  ]),
];
const table = [header, header.map(() => "--:"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
const report = await writeReport(join(root, folder));
await copyFile(report.image, join(dirname(path), image));
await writeFile(
  path,
  text.replace(section, (_, start, __, ___, end) => `${start}\n**${claim}.** ${evidence}\n\n${table}\n\n${end}`),
);

function arrow(name: string): string {
  return `${name} ${better.get(name) === "higher" ? "↑" : "↓"}`;
}
