export { LatError, UsageError } from "./errors.ts";
export { nearest, unknownName } from "./suggest.ts";
export type { PackagePin } from "./package-pin.ts";
