import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PlopTypes } from "@turbo/gen";
import { type ModalityName, modalities, modalityNames } from "./modalities.ts";
import { nameProblem } from "./name.ts";

/** From `turbo/generators`, which template paths are relative to. */
const templates = "../../tooling/generators/templates";

interface Answers {
  readonly name: string;
  readonly modality: ModalityName;
  readonly description: string;
  /** What turbo adds: the repository's root. */
  readonly turbo: { readonly paths: { readonly root: string } };
}

/** `turbo gen task`: writes the package of a new task. It asks in this order, which `--args` has its answers in. */
export default function generator(plop: PlopTypes.NodePlopAPI): void {
  plop.setHelper("quoted", (text: string) => JSON.stringify(text));
  plop.setGenerator("task", {
    description: "an experiment of your own, as a package",
    prompts: [
      {
        type: "input",
        name: "name",
        message: "Name, such as task-mine:",
        validate: (name: string) => nameProblem(name, plop.getDestBasePath()) ?? true,
      },
      { type: "list", name: "modality", message: "What are its inputs?", choices: modalityNames },
      {
        type: "input",
        name: "description",
        message: "What is it about, in a line?",
        default: ({ modality }: Answers) => modalities[modality].description,
      },
    ],
    actions: (answers) => [...files(answers as Answers), format],
  });
}

function files({ modality, turbo }: Answers): PlopTypes.ActionType[] {
  const { templates: folders, description: _, ...words } = modalities[modality];
  const data = { ...words, [modality]: true, zodVersion: zodVersion(turbo.paths.root) };
  return folders.map((folder) => ({
    type: "addMany",
    destination: "{{turbo.paths.root}}/tasks/{{name}}",
    base: `${templates}/${folder}`,
    templateFiles: `${templates}/${folder}/**`,
    globOptions: { dot: true },
    data,
    verbose: false,
  }));
}

/** The version that every package of the workspace uses. */
function zodVersion(root: string): string {
  const manifest = JSON.parse(readFileSync(join(root, "packages/lat-engine/package.json"), "utf8"));
  return manifest.dependencies.zod;
}

/** Lines break elsewhere with other names: the formatter has the last word. */
const format: PlopTypes.CustomActionFunction = (answers) => {
  const { name, turbo } = answers as Answers;
  const { root } = turbo.paths;
  const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
  execFileSync(process.execPath, [biome, "check", "--write"], { cwd: join(root, "tasks", name) });
  return `tasks/${name} is formatted`;
};
