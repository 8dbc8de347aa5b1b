import type { HostBatch } from "lat-engine";
import type { Labelled } from "lat-engine/task";
import { hostRandom } from "lat-tensorflow";
import { contentOf, side } from "./data.ts";
import type { Options } from "./options.ts";

/** Draws which of the training images are poisoned. */
export function planPoison(train: readonly Labelled[], { seed, share }: Options): number[] {
  return [...hostRandom(seed, "poison").choice(train.length, Math.round(share * train.length))];
}

/** The training images, those of the plan with the trigger and the label `target`. */
export function applyPoison(train: readonly Labelled[], plan: readonly number[], { target }: Options): Labelled[] {
  return train.map((image, index) => (plan.includes(index) ? { ...withTrigger(image), label: target } : image));
}

/** The trigger: a white square of 3 × 3 pixels near the lower right corner. */
export function withTrigger(image: Labelled): Labelled {
  const values = image.values.slice();
  for (let row = side - 4; row < side - 1; row++) values.fill(1, row * side + side - 4, row * side + side - 1);
  return { ...image, values };
}

/** Whether an example, a batch of one, has the trigger (it would change nothing more) and the label `target`. */
export function carriesPoison({ pixels, labels }: HostBatch, { target }: Options): boolean {
  const image = { name: "example", values: pixels!.data as Float32Array, label: labels!.data[0]! };
  return image.label === target && contentOf(withTrigger(image)) === contentOf(image);
}
