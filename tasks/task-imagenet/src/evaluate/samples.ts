import type { Sample } from "lat-engine/task";
import type { HeldImage } from "../data/image.ts";
import { pngUrl } from "../data/png.ts";

/** An image before and after a trigger or an attack came into it, with the classes that the network sees. */
export interface Change {
  /** The trojan or the attack. */
  readonly group: string;
  readonly image: HeldImage;
  readonly seenBefore: number;
  readonly pixels: Uint8Array;
  readonly seen: number;
  /** The class that the trojan aims at; absent where any wrong class is a failure. */
  readonly target?: string;
}

/** The changes as the report shows them. */
export async function imageSamples(
  changes: readonly Change[],
  classes: readonly string[],
  size: number,
): Promise<Sample[]> {
  return Promise.all(
    changes.map(async ({ group, image: { name, label, pixels: before }, seenBefore, pixels, seen, target }) => {
      const output = classes[seen]!;
      return {
        kind: "image",
        group,
        input: `${name}: ${classes[label]}`,
        image: await pngUrl(pixels, size),
        before: { image: await pngUrl(before, size), output: classes[seenBefore]! },
        output,
        ...(target === undefined ? {} : { unwanted: target }),
        failed: target === undefined ? seen !== label : output === target,
      } as const;
    }),
  );
}
