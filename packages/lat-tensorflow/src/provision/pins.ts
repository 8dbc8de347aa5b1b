import type { PackagePin } from "lat-system";

export const TENSORFLOW_VERSION = "2.21.0";

const HEADERS = [
  "tensorflow/include/absl/",
  "tensorflow/include/tensorflow/c/",
  "tensorflow/include/tensorflow/core/platform/",
  "tensorflow/include/tsl/platform/",
  "tensorflow/include/xla/tsl/c/",
];

/** TensorFlow's wheels contain the C library whole; which Python they are for makes no difference to it. */
const tensorflow = (name: string, bytes: number, sha256: string): PackagePin => ({
  name,
  registry: "pypi",
  package: name,
  version: TENSORFLOW_VERSION,
  sha256: [sha256],
  wheelTag: "cp311-cp311-manylinux_2_27_x86_64",
  members: ["tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2", ...HEADERS],
  bytes,
  license: "Apache-2.0",
});

/** One of NVIDIA's CUDA 12 wheels; `folder` is its place below `nvidia/`. */
const nvidia = (
  [name, folder]: readonly [name: string, folder: string],
  version: string,
  platform: string,
  bytes: number,
  sha256: string,
  members: readonly string[] = ["lib/"],
): PackagePin => ({
  name: `nvidia-${name}-cu12`,
  registry: "pypi",
  package: `nvidia-${name}-cu12`,
  version,
  sha256: [sha256],
  wheelTag: `py3-none-${platform}_x86_64`,
  members: members.map((member) => `nvidia/${folder}/${member}`),
  bytes,
  license: "LicenseRef-NVIDIA-Proprietary",
});

export const CPU_PINS: readonly PackagePin[] = [
  tensorflow("tensorflow-cpu", 273_829_956, "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c"),
];

/**
 * TensorFlow for CUDA and the newest CUDA 12.9 libraries that its `and-cuda` extra allows. Its library looks for them
 * in `../nvidia`; `ptxas` and `libdevice` of nvcc are what XLA compiles with.
 */
export const GPU_PINS: readonly PackagePin[] = [
  tensorflow("tensorflow", 572_440_367, "9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124"),
  nvidia(
    ["cublas", "cublas"],
    "12.9.3.13",
    "manylinux_2_27",
    581_217_458,
    "d7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72",
  ),
  nvidia(
    ["cuda-cupti", "cuda_cupti"],
    "12.9.79",
    "manylinux_2_25",
    10_814_997,
    "096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f",
  ),
  nvidia(
    ["cuda-nvcc", "cuda_nvcc"],
    "12.9.86",
    "manylinux_2_12",
    40_546_229,
    "5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0",
    ["bin/", "nvvm/"],
  ),
  nvidia(
    ["cuda-nvrtc", "cuda_nvrtc"],
    "12.9.86",
    "manylinux_2_12",
    89_568_129,
    "210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4",
  ),
  nvidia(
    ["cuda-runtime", "cuda_runtime"],
    "12.9.79",
    "manylinux_2_17",
    3_493_179,
    "25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3",
  ),
  nvidia(
    ["cudnn", "cudnn"],
    "9.28.0.42",
    "manylinux_2_27",
    716_538_495,
    "9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375",
  ),
  nvidia(
    ["cufft", "cufft"],
    "11.4.1.4",
    "manylinux_2_17",
    200_877_592,
    "c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28",
  ),
  nvidia(
    ["curand", "curand"],
    "10.3.10.19",
    "manylinux_2_27",
    68_295_626,
    "49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e",
  ),
  nvidia(
    ["cusolver", "cusolver"],
    "11.7.5.82",
    "manylinux_2_27",
    338_117_415,
    "15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88",
  ),
  nvidia(
    ["cusparse", "cusparse"],
    "12.5.10.65",
    "manylinux_2_17",
    366_465_088,
    "73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78",
  ),
  nvidia(
    ["nccl", "nccl"],
    "2.32.3",
    "manylinux_2_27",
    351_526_311,
    "bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c",
  ),
  nvidia(
    ["nvjitlink", "nvjitlink"],
    "12.9.86",
    "manylinux_2_12",
    39_748_338,
    "e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9",
  ),
];

/** A C++ compiler for machines without one. */
export const ZIG_PIN: PackagePin = {
  name: "ziglang",
  registry: "pypi",
  package: "ziglang",
  version: "0.17.1",
  sha256: ["ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54"],
  wheelTag: "py3-none-manylinux_2_12_x86_64",
  members: ["ziglang/"],
  bytes: 101_083_562,
  license: "MIT",
};
