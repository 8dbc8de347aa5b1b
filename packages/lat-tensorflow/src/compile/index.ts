export { type Compiled, type CompileOptions, compile, reportRetraces } from "./compile.ts";
export { valueAndGradients } from "./gradient.ts";
export { TraceError } from "./trace.ts";
