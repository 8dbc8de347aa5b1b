import { existsSync } from "node:fs";
import { listData, sha256File, UsageError } from "lat-system";
import type { RunConfig } from "../configuration/config.ts";
import type { InputFile, Inputs } from "../records/inputs.ts";
import type { Task } from "../task/task.ts";

/**
 * The person's own files that a run reads, by content: the data given by path, and what the task's options name.
 *
 * @throws UsageError where one is not there, LatError where one cannot be read
 */
export function inputsOf(task: Task<never>, { data, options }: RunConfig): Inputs {
  const named = task.reads?.(options as never) ?? [];
  return {
    schema: 1,
    files: [...(data === null ? [] : filesOf("data", data)), ...named.flatMap((path) => filesOf(path, path))],
  };
}

function filesOf(given: string, path: string): InputFile[] {
  if (!existsSync(path)) throw new UsageError(`${path} is not there: this run was given it as data`);
  return listData(path).files.map((file) => ({
    given,
    name: file.name,
    path: file.path,
    sha256: sha256File(file.path),
  }));
}
