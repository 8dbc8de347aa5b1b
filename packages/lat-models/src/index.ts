export { tokenLikelihood } from "./likelihood.ts";
export { checkLlamaConfig, type LlamaConfig, parseLlamaConfig } from "./llama/config.ts";
export { type DecodeOptions, type GreedyDecoder, greedyDecoder } from "./llama/decode.ts";
export { loadLlama, type PretrainedLlama, saveLlama } from "./llama/folder.ts";
export { llama } from "./llama/llama.ts";
export { loadWeights, saveWeights } from "./weights.ts";
