import { packageFolder, UsageError, unknownName } from "lat-system";
import type { RunConfig } from "../configuration/config.ts";
import type { Observer } from "../records/observer.ts";
import type { PrepareContext, Task } from "../task/task.ts";

/** What a task's `prepare` is given: the user's data by path, and the folders of the packages that the task declares. */
export function prepareContext(task: Task<never>, config: RunConfig, observer: Observer): PrepareContext {
  const context = {
    packageFolder(name: string): string {
      const pin = task.packages.find((candidate) => candidate.name === name);
      if (!pin)
        throw new UsageError(
          unknownName(
            `data package of ${task.name}`,
            name,
            task.packages.map((p) => p.name),
          ),
        );
      return packageFolder(pin);
    },
    progress: (message: string) => observer.log("info", message),
  };
  return config.data === null ? context : { ...context, data: config.data };
}
