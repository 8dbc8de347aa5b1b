export type { Options } from "./options.ts";
export { default } from "./task.ts";
