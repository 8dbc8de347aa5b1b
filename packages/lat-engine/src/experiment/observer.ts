import type { Observer } from "./api.ts";

/** An observer that says nothing, for programs that only want the result. */
export const silent: Observer = { phase: () => {}, progress: () => {}, log: () => {} };
