import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { attackSchema, findTasks, type Setting, settingsOf, trainSchema } from "lat-engine/experiment";
import type { Task } from "lat-engine/task";
import { root } from "./stages.ts";

const introduction = `# Settings

What \`lat run\` and \`lat sweep\` take as \`--set key=value\` (YAML or JSON), and what \`config.yaml\` in a run's folder
holds. Made by \`bun run settings\` from the schemas that check them; \`lat tasks <task>\` shows a task's presets, sites,
metrics and data as well. A preset gives values of its own: \`--dry-run\` prints what results.
`;

/** The settings reference in sections, of which \`docs/settings.md\` is made. Tasks are read from their sources. */
export async function settingsPage(): Promise<string[]> {
  const tasks = await Promise.all(findTasks(root).map(({ folder }) => sourceOf(folder)));
  return [
    introduction,
    section(
      "Training",
      "Of the implanting as `implant.…`, of every defence as `defend.…`.",
      settingsOf(trainSchema, "defend"),
    ),
    section(
      "Attack",
      "How AT and LAT find a perturbation. RLP has the start alone.",
      settingsOf(attackSchema, "attack"),
    ),
    ...tasks.map(({ name, description, options }) => section(name, `${description}.`, settingsOf(options, "options"))),
  ];
}

async function sourceOf(folder: string): Promise<Task<never>> {
  const module = (await import(pathToFileURL(join(folder, "src/index.ts")).href)) as { default: Task<never> };
  return module.default;
}

function section(title: string, text: string, settings: readonly Setting[]): string {
  const rows = settings.map(({ key, allowed, default: value, description }) =>
    [`\`${key}\``, allowed, value === undefined ? "" : `\`${JSON.stringify(value)}\``, description]
      .map((cell) => cell.replaceAll("|", "\\|"))
      .join(" | "),
  );
  const table = ["setting | allowed | default | what it is", "--- | --- | --- | ---", ...rows];
  return `## ${title}\n\n${text}\n\n${table.map((row) => `| ${row} |`).join("\n")}\n`;
}
