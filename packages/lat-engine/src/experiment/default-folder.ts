import { createHash } from "node:crypto";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { methodNames, type RunConfig } from "../configuration/config.ts";
import type { Task } from "../task/task.ts";
import { resolveRun, resolveSweep } from "./resolve.ts";

/**
 * Where a run is written unless told otherwise: `runs/task-nano-lat-eps8-layers.1.residual-seed0`, and where settings are
 * other than the preset's, a mark of what they are, so that two runs that differ have two folders.
 */
export function defaultRunFolder(task: Task<never>, config: RunConfig): string {
  const { preset, method, epsilon, sites, seed } = config;
  const perturbation = epsilon === null ? [] : [`eps${epsilon}`, ...sites];
  const plain = Object.hasOwn(task.presets, preset)
    ? resolveRun(task, { preset, method, epsilon: epsilon ?? undefined, sites, seed })
    : undefined;
  return join(
    "runs",
    [task.name, preset, method, ...perturbation, `seed${seed}`, ...markOf([config], [plain])].join("-"),
  );
}

/** The same of a sweep: `runs/task-nano`. */
export function defaultSweepFolder(task: Task<never>, configs: readonly RunConfig[]): string {
  const { preset } = configs[0]!;
  const plain = Object.hasOwn(task.presets, preset) ? resolveSweep(task, { preset, methods: methodNames }) : [];
  return join("runs", [task.name, preset, ...markOf(configs, plain)].join("-"));
}

function markOf(configs: readonly RunConfig[], plain: readonly (RunConfig | undefined)[]): string[] {
  if (isDeepStrictEqual(configs, plain)) return [];
  return [createHash("sha256").update(JSON.stringify(configs)).digest("hex").slice(0, 8)];
}
