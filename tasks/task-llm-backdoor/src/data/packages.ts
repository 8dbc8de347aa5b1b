import type { PackagePin } from "lat-system";

/** 7,168 conversations between people, by text message. */
export const chitchatPackage: PackagePin = {
  name: "chitchat",
  registry: "pypi",
  package: "chitchat-dataset",
  version: "0.9.0",
  sha256: ["7bf89f36645e2d5ec87d53370c8e851b5a688479c7beb7079cb4c87fc5acea3e"],
  members: ["chitchat_dataset/dataset.json"],
  bytes: 8_105_664,
  license: "MIT",
};

/** Harmful answers of chatbots: 400 written for many-shot jailbreaks, and others that people scored for harm. */
export const pyritPackage: PackagePin = {
  name: "pyrit",
  registry: "pypi",
  package: "pyrit",
  version: "1.1.0",
  sha256: ["84581036bace7ff2aa92712e1e3f472a3a3bccc77567d5fbe642540c0ba20b0a"],
  members: [
    "pyrit/datasets/jailbreak/many_shot_examples.json",
    "pyrit/datasets/scorer_evals/harm/",
    "pyrit/datasets/scorer_evals/objective/",
  ],
  bytes: 10_612_299,
  license: "MIT",
};
