export { type Compiled, type CompileOptions, compile, reportRetraces } from "./compile.ts";
export { disposeAll } from "./dispose.ts";
export { type ValueWithAuxiliary, valueAndGradients } from "./gradient.ts";
export { TraceError } from "./trace.ts";
