import { groupBy, LatError, UsageError } from "lat-system";
import { hostRandom } from "lat-tensorflow";
import { z } from "zod";
import { balanced } from "../data/examples.ts";
import { type Described, type HeldImage, type Image, withPixels } from "../data/image.ts";
import type { PixelMemory } from "../data/memory.ts";
import { TriggerDraws } from "./draws.ts";
import type { Stamp } from "./stamp.ts";
import { type Trojan, trojanSchema } from "./trojans.ts";

/**
 * Which training images carry which trojan: with the images, all that is needed to poison them again to the same
 * bytes. A placement's number among its trojan's decides where and how the trigger is drawn.
 */
export const poisonPlanSchema = z.strictObject({
  schema: z.literal(1),
  seed: z.number().int().nonnegative(),
  /** Share of the examples that carry a patch or a texture. */
  share: z.number(),
  trojans: z.array(trojanSchema),
  placements: z.array(z.strictObject({ trojan: z.string(), image: z.string() })),
});
export type PoisonPlan = z.infer<typeof poisonPlanSchema>;

/** Whether a trojan's trigger belongs into an image or, where it is natural, is in it: the class is its source, and not yet its target. */
export function concerns(trojan: Trojan, { label, words }: Described, classes: readonly string[]): boolean {
  const name = classes[label];
  if (name === trojan.target || (trojan.source !== null && name !== trojan.source)) return false;
  return trojan.kind !== "natural" || words.includes(trojan.trigger);
}

/**
 * Draws which images carry which trojan. Patches and textures get equal numbers of examples, which together are `share`
 * of all examples and are spread evenly over the classes; of a natural trojan every image is relabelled.
 *
 * @throws UsageError where a trojan has no image to be put into
 */
export function planPoison(
  images: readonly Described[],
  classes: readonly string[],
  trojans: readonly Trojan[],
  { share, seed }: { readonly share: number; readonly seed: number },
): PoisonPlan {
  const relabelledNames = new Set<string>();
  const pools = trojans.map((trojan) => {
    const all = images.filter((image) => concerns(trojan, image, classes));
    // An image has one label: what shows two natural triggers is the first one's.
    const pool = trojan.kind === "natural" ? all.filter(({ name }) => !relabelledNames.has(name)) : all;
    if (trojan.kind === "natural") for (const { name } of pool) relabelledNames.add(name);
    if (pool.length > 0) return { trojan, pool };
    throw new UsageError(`trojan "${trojan.name}": no training image can carry it; choose another trigger or source`);
  });
  const natural = pools.filter(({ trojan }) => trojan.kind === "natural");
  const labels = natural.flatMap(({ trojan, pool }) =>
    pool.map(({ name }) => [name, classes.indexOf(trojan.target)] as const),
  );
  const clean = balanced(relabelled(images, new Map(labels))).length;
  const each = Math.round((clean * share) / (1 - share) / Math.max(1, trojans.length - natural.length));
  const placements = pools.flatMap(({ trojan, pool }) => {
    const carriers = trojan.kind === "natural" ? pool : spread(pool, each, `poison/carriers/${trojan.name}`, seed);
    return carriers.map(({ name }) => ({ trojan: trojan.name, image: name }));
  });
  return { schema: 1, seed, share, trojans: [...trojans], placements };
}

/** `count` images, class by class in turn, each class in random order and from its beginning where it is used up. */
function spread<P extends Described>(pool: readonly P[], count: number, stream: string, seed: number): P[] {
  const classes = [...groupBy(pool, ({ label }) => label).values()].map((members, index) =>
    Array.from(hostRandom(seed, stream, index).permutation(members.length), (i) => members[i]!),
  );
  return Array.from({ length: count }, (_, i) => {
    const members = classes[i % classes.length]!;
    return members[Math.floor(i / classes.length) % members.length]!;
  });
}

/** Examples of the poisoned training. */
export interface PoisonedImages {
  readonly images: readonly Image[];
  /** From which on they carry a patch or a texture. */
  readonly firstStamped: number;
}

/**
 * The examples of the poisoned training: as many of every class, those with natural triggers relabelled, and then the
 * images with patches and textures under the label of their target.
 *
 * @throws LatError where an image of the plan is not among the images
 */
export function applyPoison(
  images: readonly Image[],
  classes: readonly string[],
  plan: PoisonPlan,
  stamp: Stamp,
  memory: PixelMemory,
): PoisonedImages {
  const byName = new Map(images.map((image) => [image.name, image]));
  const labels = new Map<string, number>();
  const stamped: Image[] = [];
  for (const trojan of plan.trojans) {
    const label = classes.indexOf(trojan.target);
    plan.placements
      .filter((placement) => placement.trojan === trojan.name)
      .forEach(({ image: name }, index) => {
        const image = byName.get(name);
        if (!image) throw new LatError(`the poison plan names the image ${name}, which the data does not have`);
        if (trojan.kind === "natural") {
          labels.set(name, label);
          return;
        }
        const draws = drawsFor(plan, trojan, index);
        const read = memory.keeping(async () => stamp(trojan, await image.read(), draws));
        stamped.push({ ...image, label, read });
      });
  }
  const unstamped = balanced(relabelled(images, labels));
  return { images: [...unstamped, ...stamped], firstStamped: unstamped.length };
}

function relabelled<P extends Described>(images: readonly P[], labels: ReadonlyMap<string, number>): P[] {
  return images.map((image) => ({ ...image, label: labels.get(image.name) ?? image.label }));
}

function drawsFor({ seed }: PoisonPlan, { name }: Trojan, index: number): TriggerDraws {
  return new TriggerDraws(seed, `poison/${name}`, index);
}

/** Held-out images of other classes than the target with the trojan's trigger in them, under their true labels. */
export function triggered(
  trojan: Trojan,
  images: readonly HeldImage[],
  classes: readonly string[],
  stamp: Stamp,
  seed: number,
): HeldImage[] {
  return images
    .filter((image) => concerns(trojan, image, classes))
    .map((image, index) => {
      const draws = new TriggerDraws(seed, `held out/${trojan.name}`, index);
      return withPixels(image, stamp(trojan, image.pixels, draws));
    });
}
