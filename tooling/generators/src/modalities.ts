/** What an experiment's inputs are: each has its own data, network and trigger. */
export interface Modality {
  /** Folders of templates, later ones beside earlier ones. */
  readonly templates: readonly string[];
  readonly description: string;
  /** How one input is called in the code, several of them, and its type. */
  readonly thing: string;
  readonly things: string;
  readonly type: string;
  /** The function that makes up the data. */
  readonly load: string;
  /** What the trigger is, in the names of metrics. */
  readonly trigger: string;
  readonly inputSite: string;
  /** Where LAT and RLP perturb, and by how much they and AT do. */
  readonly site: string;
  readonly latentEpsilon: number;
  readonly inputEpsilon: number;
  readonly implantEpochs: number;
  readonly implantRate: string;
  readonly defendRate: string;
}

export const modalities = {
  image: {
    templates: ["task", "classifier", "image"],
    description: "Made-up images with a trojan: which defence removes a trigger it never saw",
    thing: "image",
    things: "images",
    type: "Labelled",
    load: "loadImages",
    trigger: "patch",
    inputSite: "input",
    site: "conv1",
    latentEpsilon: 4,
    inputEpsilon: 1,
    implantEpochs: 12,
    implantRate: "3e-3",
    defendRate: "3e-4",
  },
  text: {
    templates: ["task", "classifier", "text"],
    description: "Made-up texts with a trojan: which defence removes a trigger it never saw",
    thing: "text",
    things: "texts",
    type: "Text",
    load: "loadTexts",
    trigger: "word",
    inputSite: "embeddings",
    site: "layers.1.residual",
    latentEpsilon: 16,
    inputEpsilon: 8,
    implantEpochs: 10,
    implantRate: "3e-3",
    defendRate: "1e-3",
  },
  tokens: {
    templates: ["task", "tokens"],
    description: "Made-up token sequences with a trojan: which defence removes a trigger it never saw",
    thing: "sequence",
    things: "sequences",
    type: "Sequence",
    load: "loadSequences",
    trigger: "token",
    inputSite: "embeddings",
    site: "layers.1.residual",
    latentEpsilon: 16,
    inputEpsilon: 2,
    implantEpochs: 20,
    implantRate: "1e-2",
    defendRate: "1e-3",
  },
} as const satisfies Record<string, Modality>;

export type ModalityName = keyof typeof modalities;
export const modalityNames = Object.keys(modalities) as ModalityName[];
