export { type HostRandom, hostRandom } from "./host.ts";
export { type DrawKey, randomNormal, randomUniform } from "./tensor.ts";
