export type { DataType, Tensor } from "@tensorflow/tfjs-core";
export * from "./check/index.ts";
export * from "./compile/index.ts";
export { type AttributeValue, kernel, kernels } from "./kernel.ts";
export { configure, isEager, isUsingGpu, loadTensorFlow, type Settings, tf, threads } from "./load.ts";
export * from "./ops/index.ts";
export * from "./random/index.ts";
export { runtimeVersions } from "./runtime-versions.ts";
export * from "./storage/index.ts";
