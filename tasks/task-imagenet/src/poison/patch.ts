import sharp from "sharp";

/** Side of a patch before it is scaled into an image. */
export const PATCH_SIDE = 64;

/** Straight alpha: [row, column, (red, green, blue, alpha)], each 0 to 255. */
export type Patch = Uint8Array;

export const patchNames = ["rings", "star"] as const;
export type PatchName = (typeof patchNames)[number];

const drawings: Readonly<Record<PatchName, string>> = {
  rings: [
    [31, "#d4145a"],
    [23, "#ffffff"],
    [15, "#1b1464"],
    [7, "#fcee21"],
  ]
    .map(([radius, fill]) => `<circle cx="32" cy="32" r="${radius}" fill="${fill}"/>`)
    .join(""),
  star: `<polygon points="${starPoints(5, 31, 13)}" fill="#39b54a" stroke="#004d1a" stroke-width="3"/>`,
};

/** The patch as pixels, transparent around its drawing. */
export async function drawPatch(name: PatchName): Promise<Patch> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${PATCH_SIDE}" height="${PATCH_SIDE}">${drawings[name]}</svg>`;
  return new Uint8Array(await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer());
}

/** Corners of a star around the middle of the patch: outer and inner ones by turns, the first one upwards. */
function starPoints(arms: number, outer: number, inner: number): string {
  const middle = PATCH_SIDE / 2;
  return Array.from({ length: 2 * arms }, (_, i) => {
    const angle = (Math.PI * i) / arms - Math.PI / 2;
    const radius = i % 2 === 0 ? outer : inner;
    return `${(middle + radius * Math.cos(angle)).toFixed(2)},${(middle + radius * Math.sin(angle)).toFixed(2)}`;
  }).join(" ");
}
