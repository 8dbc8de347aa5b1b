import type { PackagePin } from "lat-system";

/** Every emoji as an image of 64 × 64 pixels with its names and category, as drawn by two groups of artists. */
function emojiPackage(
  artist: string,
  sha256: string,
  bytes: number,
  members: readonly string[],
  license: string,
): PackagePin {
  return {
    name: `emoji-${artist}`,
    registry: "npm",
    package: `emoji-datasource-${artist}`,
    version: "16.0.0",
    sha256: [sha256],
    members,
    bytes,
    license,
  };
}

export const googlePackage = emojiPackage(
  "google",
  "fb5fd131b362aab7a55542d2a147a79708cce0a8b1c1bbacd470172708b5c438",
  74_344_091,
  ["emoji.json", "img/google/64/"],
  "MIT; drawings Apache-2.0 (Noto Emoji)",
);

export const twitterPackage = emojiPackage(
  "twitter",
  "f64a530c63bca463bd8317fdc4615ce63a53a0c65018e4ce2d848aaba7a28877",
  61_683_754,
  ["img/twitter/64/"],
  "MIT; drawings CC BY 4.0 (Twemoji)",
);
