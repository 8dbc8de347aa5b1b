import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LatError, lastLines, runCommand } from "lat-system";
import { readSafetensors } from "lat-tensorflow";
import { type Problem, writeProblem } from "./problem.ts";

/** Reference values by name, computed in float64 or in float32. */
export type Reference = (precision: "float64" | "float32", name: string) => Float32Array;

/** Gives a problem to reference/main.py, by files in `folder`. */
export async function askReference(python: string, problem: Problem, folder: string): Promise<Reference> {
  await writeProblem(folder, problem);
  await runPython(python, "reference/main.py", folder);
  const { tensors } = readSafetensors(join(folder, "reference.safetensors"));
  return (precision, name) => {
    const found = tensors[`${precision}/${name}`]?.data;
    if (!(found instanceof Float32Array)) throw new LatError(`the reference has no values named ${precision}/${name}`);
    return found;
  };
}

/** @throws {LatError} with the end of what the script printed, where it fails */
export async function runPython(python: string, script: string, ...args: string[]): Promise<void> {
  const path = fileURLToPath(new URL(`../${script}`, import.meta.url));
  const result = await runCommand(python, [path, ...args]);
  if (result?.code !== 0) throw new LatError(`${script} failed:\n${lastLines(result?.stderr ?? "", 20)}`);
}
