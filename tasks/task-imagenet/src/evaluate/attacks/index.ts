import type { UnforeseenAttack } from "../unforeseen.ts";
import { elastic } from "./elastic.ts";
import { gabor } from "./gabor.ts";
import { pixel } from "./pixel.ts";
import { wood } from "./wood.ts";

/** Four of the eight core attacks of ImageNet-UA. */
export const unforeseenAttacks: readonly UnforeseenAttack[] = [elastic, gabor, pixel, wood];
