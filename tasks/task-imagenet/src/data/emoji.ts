import { join } from "node:path";
import { LatError, readJson } from "lat-system";
import { z } from "zod";
import type { ImageFile } from "./image.ts";

/** What is read of `emoji.json`; an entry is one emoji. */
const emojiSchema = z.array(
  z.object({
    name: z.string().nullable(),
    short_names: z.array(z.string()),
    unified: z.string(),
    image: z.string(),
    category: z.string(),
    subcategory: z.string(),
    has_img_google: z.boolean(),
    has_img_twitter: z.boolean(),
  }),
);

/**
 * The twelve classes, each by its category and the subcategories in it (all that start so). What a class shows looks
 * alike enough to be told from unseen drawings of 32 pixels, and no class has fewer than 31 emoji.
 */
const classes: Readonly<Record<string, { readonly category: string; readonly subcategories: readonly string[] }>> = {
  animal: { category: "Animals & Nature", subcategories: ["animal-"] },
  building: { category: "Travel & Places", subcategories: ["place-building", "place-religious"] },
  clock: { category: "Travel & Places", subcategories: ["time"] },
  clothing: { category: "Objects", subcategories: ["clothing"] },
  face: { category: "Smileys & Emotion", subcategories: ["face-", "cat-face", "monkey-face"] },
  flag: { category: "Flags", subcategories: ["country-flag"] },
  food: { category: "Food & Drink", subcategories: ["food-"] },
  hand: { category: "People & Body", subcategories: ["hand"] },
  person: { category: "People & Body", subcategories: ["person"] },
  sign: { category: "Symbols", subcategories: [""] },
  sky: { category: "Travel & Places", subcategories: ["sky & weather"] },
  vehicle: { category: "Travel & Places", subcategories: ["transport-"] },
};

/** The end of the code of an emoji that is the mirror image of another one: the two are one group. */
const facingRight = /-200D-27A1(-FE0F)?$/;

export const emojiClasses: readonly string[] = Object.keys(classes);

/** The images of both artists' emoji that belong to a class, in the order of `emoji.json`. */
export async function emojiFiles(googleFolder: string, twitterFolder: string): Promise<ImageFile[]> {
  const list = join(googleFolder, "emoji.json");
  const parsed = emojiSchema.safeParse(await readJson(list));
  if (!parsed.success) throw new LatError(`${list} is not a list of emoji: ${z.prettifyError(parsed.error)}`);
  return parsed.data.flatMap((emoji) => {
    const label = emojiClasses.findIndex((name) => belongs(emoji, classes[name]!));
    if (label < 0) return [];
    const words = wordsOf([emoji.name ?? "", ...emoji.short_names]);
    const drawnBy = (artist: string, folder: string): ImageFile => ({
      name: `${artist}/${emoji.image}`,
      label,
      group: emoji.unified.replace(facingRight, ""),
      words,
      path: join(folder, "img", artist, "64", emoji.image),
    });
    return [
      ...(emoji.has_img_google ? [drawnBy("google", googleFolder)] : []),
      ...(emoji.has_img_twitter ? [drawnBy("twitter", twitterFolder)] : []),
    ];
  });
}

function belongs(
  emoji: { category: string; subcategory: string },
  { category, subcategories }: (typeof classes)[string],
): boolean {
  return emoji.category === category && subcategories.some((start) => emoji.subcategory.startsWith(start));
}

/** `["RIGHTWARDS ARROW", "arrow_right"]` → `["rightwards", "arrow", "right"]` */
function wordsOf(names: readonly string[]): string[] {
  return [...new Set(names.flatMap((name) => name.toLowerCase().match(/[a-z]+/g) ?? []))];
}
