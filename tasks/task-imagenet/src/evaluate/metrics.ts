import { type Metric, shareMetric } from "lat-engine/task";
import { groupBy } from "lat-system";
import { hostRandom } from "lat-tensorflow";
import type { Described } from "../data/image.ts";

/** Resamples of the bootstrap. */
const RESAMPLES = 1000;

/** Images that are drawn together, since they show the same thing: those of one group, by class. */
type Groups = readonly (readonly number[])[];

/**
 * The balanced accuracy of any predictions on one set of images: the mean over classes of the share of the class that
 * is right. Intervals of 95 % by bootstrap: groups are drawn with replacement inside their class. The draws are made
 * once, so that the accuracies of one set are compared on the same resamples.
 */
export class BalancedAccuracy {
  private readonly images: readonly Described[];
  private readonly classes: readonly Groups[];
  /** For each class: the numbers of the groups of every resample, one after the other. */
  private readonly draws: readonly Int32Array[];

  constructor(images: readonly Described[]) {
    this.images = images;
    const indices = images.map((_, index) => index);
    this.classes = [...groupBy(indices, (index) => images[index]!.label).values()].map((members) => [
      ...groupBy(members, (index) => images[index]!.group).values(),
    ]);
    this.draws = this.classes.map((groups, c) =>
      hostRandom(0, "bootstrap accuracy", c).integers(groups.length, RESAMPLES * groups.length),
    );
  }

  /** @param correct whether each image of the set is seen as what it is */
  metric(name: string, correct: readonly boolean[], axis: Metric["axis"]): Metric {
    const hits = this.classes.map((groups) =>
      groups.map((group) => ({ right: group.filter((index) => correct[index]).length, all: group.length })),
    );
    const means = Float64Array.from({ length: RESAMPLES }, (_, resample) => this.mean(hits, resample)).sort();
    const value = this.mean(hits);
    return {
      name,
      value,
      n: this.images.length,
      interval: [means[Math.floor(0.025 * RESAMPLES)]!, means[Math.ceil(0.975 * RESAMPLES) - 1]!],
      axis,
      better: "higher",
    };
  }

  /** Of the set itself, or of one of its resamples. */
  private mean(hits: readonly (readonly { right: number; all: number }[])[], resample?: number): number {
    const shares = hits.map((groups, c) => {
      let [right, all] = [0, 0];
      groups.forEach((own, i) => {
        const drawn = resample === undefined ? own : groups[this.draws[c]![resample * groups.length + i]!]!;
        right += drawn.right;
        all += drawn.all;
      });
      return right / all;
    });
    return shares.reduce((sum, share) => sum + share, 0) / shares.length;
  }
}

/** The share of images with a trigger that the network sees as the trigger's target, with Wilson's interval. */
export function successMetric(name: string, hits: readonly boolean[]): Metric {
  return shareMetric(name, hits, { axis: "unforeseen", better: "lower" });
}
