export type { DataType, Tensor } from "@tensorflow/tfjs-core";
export * from "./compile/index.ts";
export { type AttributeValue, kernel, kernels } from "./kernel.ts";
export { configure, type Settings, tf } from "./load.ts";
export * from "./random/index.ts";
