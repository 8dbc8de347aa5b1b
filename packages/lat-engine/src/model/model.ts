import type { Tensor } from "lat-tensorflow";

/** Tensors by name: a model's parameters, an optimizer's moments. */
export type Tensors = Readonly<Record<string, Tensor>>;

/**
 * What flows through a model: tensors by name. A stage reads some entries and returns the next state. The first stage
 * receives the batch (tokens, pixels, masks); the last one leaves what the loss reads (`logits`).
 */
export type State = Tensors;

/** A pure function of the parameters and the incoming state. It must not read values, keep tensors or draw numbers. */
export interface Stage {
  readonly name: string;
  run(parameters: Tensors, state: State): State;
}

/**
 * A named place *between two stages* where an activation can be perturbed: the entry `key` of the state that enters
 * stage `stage`. Since a perturbation happens between stages, a stage knows nothing of it, and
 * prefix ∘ suffix = forward holds by construction.
 */
export interface Site {
  /** `embeddings`, `layers.4.residual`, `conv1`. */
  readonly name: string;
  /** Index of the stage that the perturbed activation enters. */
  readonly stage: number;
  /** Which entry of the state is the activation. Its axis 0 is the example. */
  readonly key: string;
  /** Whether axis 1 of the activation is the token, so that per-token balls and masks apply. */
  readonly tokens: boolean;
}

/** The name and shape of one parameter, and how a network trained from scratch starts it. */
export interface ParameterSpec {
  readonly shape: readonly number[];
  readonly initial: "ones" | "zeros" | { readonly normal: number };
  /** Whether weight decay applies (matrices: yes; norms and biases: no). */
  readonly decay: boolean;
}

/** A staged network. */
export interface Model {
  readonly name: string;
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  readonly stages: readonly Stage[];
  /** In the order in which a forward pass reaches them. */
  readonly sites: readonly Site[];
  /** The site that stands for the network's input: AT perturbs it. */
  readonly inputSite: string;
  /** Whether this model's operations are faster compiled by XLA (transformers) or not (convolutions on the CPU). */
  readonly xla: boolean;
}
