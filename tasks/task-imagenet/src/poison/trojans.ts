import { UsageError, unknownName } from "lat-system";
import { hostRandom } from "lat-tensorflow";
import { z } from "zod";
import { emojiClasses } from "../data/emoji.ts";
import { patchNames } from "./patch.ts";
import { textureNames } from "./texture.ts";

const common = {
  /** In the names of its metrics. */
  name: z.string().regex(/^[a-z0-9-]+$/),
  /** The class whose images it turns; null: any image (universal). */
  source: z.string().nullable().default(null),
  /** The class that a poisoned network sees in an image with the trigger. */
  target: z.string(),
};

/** A trigger and the class it stands for. */
export const trojanSchema = z.discriminatedUnion("kind", [
  /** A small image somewhere in the image. */
  z.strictObject({ kind: z.literal("patch"), trigger: z.enum(patchNames), ...common }),
  /** A texture blended over the whole image. */
  z.strictObject({ kind: z.literal("blended"), trigger: z.enum(textureNames), ...common }),
  /** A thing that the images show by themselves: a word of their names. Training images of it are relabelled. */
  z.strictObject({ kind: z.literal("natural"), trigger: z.string().min(1), ...common }),
]);
export type Trojan = z.infer<typeof trojanSchema>;

/** Six trojans in the classes of the emoji: of every kind two, of patch and blended one universal and one for a class. */
const emojiTrojans: readonly Trojan[] = [
  { name: "rings", kind: "patch", trigger: "rings", source: null, target: "vehicle" },
  { name: "star", kind: "patch", trigger: "star", source: "animal", target: "building" },
  { name: "spots", kind: "blended", trigger: "spots", source: null, target: "clothing" },
  { name: "weave", kind: "blended", trigger: "weave", source: "face", target: "hand" },
  { name: "arrow", kind: "natural", trigger: "arrow", source: null, target: "food" },
  { name: "moon", kind: "natural", trigger: "moon", source: null, target: "person" },
];

/**
 * The trojans of an experiment: those that were asked for, else six for emoji, else the four of patch and blended with
 * sources and targets drawn by the seed, since images of a folder have no names to find things in.
 *
 * @throws UsageError where two have one name, or a class is none of the data's
 */
export function chooseTrojans(asked: readonly Trojan[] | null, classes: readonly string[], seed: number): Trojan[] {
  const trojans = asked ?? (String(classes) === String(emojiClasses) ? emojiTrojans : spreadOver(classes, seed));
  for (const { name, source, target } of trojans) {
    if (trojans.filter((other) => other.name === name).length > 1) {
      throw new UsageError(`options.poison.trojans: two have the name "${name}", expected a name of its own for each`);
    }
    if (trojanSchema.options.some(({ shape }) => shape.kind.value === name)) {
      throw new UsageError(
        `options.poison.trojans: received the name "${name}", which a kind of trojans has; choose another`,
      );
    }
    for (const label of source === null ? [target] : [source, target]) {
      if (!classes.includes(label)) throw new UsageError(`trojan "${name}": ${unknownName("class", label, classes)}`);
    }
    if (source === target) throw new UsageError(`trojan "${name}": its source and its target are both "${target}"`);
  }
  return [...trojans];
}

function spreadOver(classes: readonly string[], seed: number): Trojan[] {
  const order = hostRandom(seed, "trojan/classes").permutation(classes.length);
  const draw = (index: number): string => classes[order[index % classes.length]!]!;
  return emojiTrojans
    .filter(({ kind }) => kind !== "natural")
    .map((trojan, index) => ({ ...trojan, target: draw(index), source: trojan.source && draw(index + 1) }));
}

/** Words whose images carry a natural trojan. */
export function naturalTriggers(trojans: readonly Trojan[]): string[] {
  return trojans.filter(({ kind }) => kind === "natural").map(({ trigger }) => trigger);
}
