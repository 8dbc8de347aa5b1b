export { default } from "./task.ts";
export type { Options } from "./options.ts";
