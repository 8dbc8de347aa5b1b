export {
  type HostTensor,
  type Safetensors,
  type SafetensorsDtype,
  SafetensorsError,
  type SafetensorsProblem,
} from "./format.ts";
export { decodeSafetensors, readSafetensors } from "./read.ts";
export { encodeSafetensors, writeSafetensors } from "./write.ts";
