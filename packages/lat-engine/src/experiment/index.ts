// To run experiments: find a task, resolve what is asked for, run it or a sweep of it.

export { attackSchema, type MethodName, type RunConfig, trainSchema } from "../configuration/config.ts";
export { type Setting, settingsOf } from "../configuration/settings.ts";
export { readRunConfig } from "../records/folder.ts";
export { type Observer, silent } from "../records/observer.ts";
export { readSweepConfigs } from "../records/sweep-folder.ts";
export { findTasks, loadTask, type TaskEntry } from "../task/registry.ts";
export type * from "./api.ts";
export { defaultRunFolder, defaultSweepFolder } from "./default-folder.ts";
export { estimate } from "./estimate.ts";
export { evaluateRun } from "./evaluate-run.ts";
export { resolveConfig, resolveRun, resolveSweep } from "./resolve.ts";
export { run } from "./run.ts";
export { sweep } from "./sweep.ts";
