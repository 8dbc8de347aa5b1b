import type { Tensor } from "lat-tensorflow";

/** Tensors by name: a model's parameters, an optimizer's moments. */
export type Tensors = Readonly<Record<string, Tensor>>;

/**
 * What flows through a model: tensors by name. A stage reads some entries and returns the next state. The first stage
 * receives the batch (tokens, pixels, masks, labels); the last one leaves what the loss reads (`logits`).
 *
 * A stage passes on the entries that it does not use (`{ ...state, h }`), and may drop what no later stage needs. Labels,
 * weights and masks belong to the loss and the ball: where a network is split at a site, they are read from the state there.
 */
export type State = Tensors;

/**
 * What batch norm normalises by in a pass: `train`, the batch's own statistics; `evaluate`, the running ones, which are
 * parameters that are not trained.
 */
export type Mode = "train" | "evaluate";

/** A pure function of the parameters and the incoming state. It must not read values, keep tensors or draw numbers. */
export interface Stage {
  readonly name: string;
  /**
   * @returns the next state; in mode `train` with the next values of its running statistics, under their names as
   *   parameters
   */
  run(parameters: Tensors, state: State, mode: Mode): State;
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
  /** What its values are always within (pixels: 0 to 1): perturbed ones are kept there. */
  readonly range?: readonly [low: number, high: number];
}

export type ParameterKind = "trained" | "frozen" | "statistic";

/** The name and shape of one parameter, and how a network trained from scratch starts it. */
export interface ParameterSpec {
  readonly shape: readonly number[];
  readonly initial: "ones" | "zeros" | { readonly normal: number };
  /** Whether weight decay applies (matrices: yes; norms and biases: no). */
  readonly decay: boolean;
  /**
   * `trained`: by gradients, with an optimizer's state. `frozen`: it stays what it is. `statistic`: passes in mode `train`
   * leave its next value in the state. Only what is trained has a gradient. Default: trained.
   */
  readonly kind?: ParameterKind;
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

/** The parameters of one kind, in the model's order. Gradients and optimizers are for those that are trained. */
export function parameterNames({ parameters }: Model, kind: ParameterKind): string[] {
  return Object.keys(parameters).filter((name) => (parameters[name]!.kind ?? "trained") === kind);
}

/** The next values of the running statistics, which a pass in mode `train` left in its last state. */
export function nextStatistics({ parameters }: Model, output: State): Tensors {
  const left = Object.entries(output).filter(([name]) => parameters[name]?.kind === "statistic");
  return Object.fromEntries(left);
}
