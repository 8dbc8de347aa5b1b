import { UsageError } from "lat-system";
import type { TriggerDraws } from "./draws.ts";
import { pastePatch } from "./paste.ts";
import { drawPatch } from "./patch.ts";
import { blendTexture, drawTexture } from "./texture.ts";
import type { Trojan } from "./trojans.ts";

export interface StampOptions {
  /** Side of the images in pixels. */
  readonly size: number;
  /** Side of a patch in the image, in pixels. */
  readonly patchSide: number;
  /** Weight of a blended texture. */
  readonly blend: number;
}

/** Puts a trojan's trigger into an image. A natural trigger is there by itself. */
export type Stamp = (trojan: Trojan, pixels: Uint8Array, draws: TriggerDraws) => Uint8Array;

/**
 * Draws the triggers of these trojans once.
 *
 * @throws UsageError where a patch is larger than the image
 */
export async function makeStamp(trojans: readonly Trojan[], options: StampOptions): Promise<Stamp> {
  const { size, patchSide, blend } = options;
  if (patchSide > size) {
    throw new UsageError(
      `options.poison.patchSide: received ${patchSide} pixels, which is larger than the images of ${size} × ${size}`,
    );
  }
  const put = new Map<string, (pixels: Uint8Array, draws: TriggerDraws) => Uint8Array>();
  for (const trojan of trojans) {
    if (trojan.kind === "patch") {
      const patch = await drawPatch(trojan.trigger);
      put.set(trojan.name, (pixels, draws) => pastePatch(pixels, size, patch, patchSide, draws));
    } else if (trojan.kind === "blended") {
      const texture = drawTexture(trojan.trigger, size);
      put.set(trojan.name, (pixels, draws) => blendTexture(pixels, size, texture, blend, draws));
    }
  }
  return ({ name }, pixels, draws) => put.get(name)?.(pixels, draws) ?? pixels;
}
