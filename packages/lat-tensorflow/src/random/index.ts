export { type HostRandom, hostRandom, shuffled } from "./host.ts";
export { type DrawKey, randomNormal, randomUniform } from "./tensor.ts";
