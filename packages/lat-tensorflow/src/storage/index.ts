export { isRead, readElements } from "./elements.ts";
export { floatDtypes, loadFloats, storeFloats } from "./floats.ts";
export {
  elementBits,
  elementCount,
  type HostArray,
  type HostTensor,
  type Safetensors,
  type SafetensorsDtype,
  SafetensorsError,
  type SafetensorsProblem,
  type StoredTensor,
  type TensorFile,
} from "./format.ts";
export { decodeSafetensors, openSafetensors, readSafetensors, type SafetensorsFile } from "./read.ts";
export { encodeSafetensors, type StreamedTensor, writeSafetensors } from "./write.ts";
