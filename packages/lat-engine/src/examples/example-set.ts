/** Typed arrays by name, on the host: what a data loader makes and the engine turns into tensors. */
export type HostBatch = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: Float32Array | Int32Array }>
>;

/** One pass over the training examples: what an augmentation depends on, beside the example's index. */
export interface Pass {
  readonly seed: number;
  readonly epoch: number;
}

/** Examples that batches are made from. `batch` must depend on its arguments alone. */
export interface ExampleSet {
  readonly size: number;
  /** Length of each example in tokens, where lengths differ; batches are then padded to one of a few lengths. */
  readonly lengths?: readonly number[];
  /**
   * The batch of these examples.
   *
   * @param length what their token axis is padded to
   * @param pass given in training, for examples that are augmented; without it they are as they are
   * @returns a promise where it is made in other threads; training asks for the batches of a step while it computes the
   *   step before
   */
  batch(indices: readonly number[], length?: number, pass?: Pass): HostBatch | Promise<HostBatch>;
}

/** Examples that lie in memory: their batches are there at once. */
export interface HeldExamples extends ExampleSet {
  batch(indices: readonly number[], length?: number, pass?: Pass): HostBatch;
}
