export type { Check } from "./check.ts";
export { ConformanceError } from "./check.ts";
export { type ModelCase, modelChecks } from "./model-checks.ts";
export { type TaskCase, taskChecks } from "./task-checks.ts";
