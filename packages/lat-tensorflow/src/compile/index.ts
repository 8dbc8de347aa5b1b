export { type Compiled, type CompileOptions, compile, reportRetraces } from "./compile.ts";
export { disposeAll } from "./dispose.ts";
export { NonFiniteError, TraceError } from "./errors.ts";
export { type ValueWithAuxiliary, valueAndGradients } from "./gradient.ts";
export { tidy } from "./tidy.ts";
