import type { Sample } from "lat-engine/task";
import type { HeldPicture } from "../data/picture.ts";
import { pngUrl } from "../data/png.ts";

/** A picture before and after a trigger or an attack came into it, with the classes that the network sees. */
export interface Change {
  /** The trojan or the attack. */
  readonly group: string;
  readonly picture: HeldPicture;
  readonly seenBefore: number;
  readonly pixels: Uint8Array;
  readonly seen: number;
  /** The class that the trojan aims at; absent where any wrong class is a failure. */
  readonly target?: string;
}

/** The changes as the report shows them. */
export async function pictureSamples(
  changes: readonly Change[],
  classes: readonly string[],
  size: number,
): Promise<Sample[]> {
  return Promise.all(
    changes.map(async ({ group, picture: { name, label, pixels: before }, seenBefore, pixels, seen, target }) => {
      const output = classes[seen]!;
      return {
        kind: "picture",
        group,
        input: `${name}: ${classes[label]}`,
        picture: await pngUrl(pixels, size),
        before: { picture: await pngUrl(before, size), output: classes[seenBefore]! },
        output,
        ...(target === undefined ? {} : { unwanted: target }),
        failed: target === undefined ? seen !== label : output === target,
      } as const;
    }),
  );
}
