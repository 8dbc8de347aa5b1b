export { gelu, relu, silu, swiGlu } from "./activation.ts";
export { attention, causalAttention } from "./attention.ts";
export { type BatchNormWeights, batchNorm, type ChannelStatistics } from "./batch-norm.ts";
export { addBias } from "./bias.ts";
export { type Convolution, conv2d, subsample } from "./convolution.ts";
export { logSoftmaxLabel } from "./cross-entropy.ts";
export { gather } from "./gather.ts";
export { layerNorm, rmsNorm } from "./norm.ts";
export { rotary } from "./rotary.ts";
