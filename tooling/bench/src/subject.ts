import type { HostBatch, Network } from "lat-engine";

/** A network and what it is trained on, as our program and the peer make it. */
export interface Subject {
  /** Names the file in `peer/` that makes the same network. */
  readonly architecture: string;
  /** Sizes of the network and of a batch, in the terms of the architecture; the peer gets them as JSON. */
  readonly shape: Readonly<Record<string, unknown>>;
  readonly title: string;
  /** Why it cannot be measured here; undefined where it can. */
  readonly missing?: () => string | undefined;
  readonly make: () => Workload | Promise<Workload>;
}

/** What our program trains. */
export interface Workload {
  readonly network: Network;
  /** The batch of a step, counted from 1. */
  batch(step: number): HostBatch | Promise<HostBatch>;
}
