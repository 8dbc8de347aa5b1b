import { type Colour, jitter, luminanceOf } from "./colour.ts";
import type { TriggerDraws } from "./draws.ts";
import { PATCH_SIDE, type Patch } from "./patch.ts";
import { type Point, quadToSquare } from "./warp.ts";

// The augmentations published for patches of 64 pixels in images of 224. Lengths are shares of the side of the patch, so
// that they hold at any size.
const COLOUR = { brightness: 0.25, contrast: 0.25, saturation: 0.25, hue: 0.05 };
/** Standard deviation of the noise on the patch. */
const NOISE = 0.12;
/** Corners move inwards by up to half of this share of the side. */
const PERSPECTIVE = 0.25;
const ROTATION = 10;
/** Largest radius of the blur as a share of the side. */
const BLUR = 0.06;
/** Over this share of the side the patch fades out at its border. */
const RIM = 0.12;
/** Points that a pixel averages over, in each direction. */
const SAMPLES = 2;

/**
 * The image with a patch of about `side` pixels at a random place inside, jittered in colour, blurred, noisy, in a
 * random perspective, rotated and faded out at its border.
 *
 * @param pixels size × size × 3, which stays as it is
 */
export function pastePatch(
  pixels: Uint8Array,
  size: number,
  patch: Patch,
  side: number,
  draws: TriggerDraws,
): Uint8Array {
  const result = new Uint8Array(pixels);
  const [left, top] = [draws.between(0, size - side, 0), draws.between(0, size - side, 1)];
  const toPatch = quadToSquare(corners(left, top, side, draws));
  const look = lookOf(patch, draws);
  const last = size - 1;
  const [fromRow, toRow] = [Math.floor(top - side / 4), Math.ceil(top + 1.25 * side)].map((y) => clamp(y, 0, last));
  const [fromColumn, toColumn] = [Math.floor(left - side / 4), Math.ceil(left + 1.25 * side)].map((x) => clamp(x, 0, last)); // biome-ignore format: one pair
  for (let row = fromRow!; row <= toRow!; row++) {
    for (let column = fromColumn!; column <= toColumn!; column++) {
      const { colour, alpha } = average(row, column, toPatch, look);
      if (alpha === 0) continue;
      const at = 3 * (row * size + column);
      for (let c = 0; c < 3; c++) {
        const noisy = colour[c]! + NOISE * draws.normal(at + c);
        result[at + c] = clamp(Math.round((1 - alpha) * result[at + c]! + 255 * alpha * noisy), 0, 255);
      }
    }
  }
  return result;
}

/** The corners of the patch in the image: moved inwards by chance, then rotated about the middle. */
function corners(left: number, top: number, side: number, draws: TriggerDraws): [Point, Point, Point, Point] {
  const angle = (draws.between(-ROTATION, ROTATION, 2) * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const signs = [[-1, -1], [1, -1], [1, 1], [-1, 1]] as const; // biome-ignore format: one list
  return signs.map(([x, y], corner): Point => {
    const inward = (axis: number): number => (draws.between(0, PERSPECTIVE, 3 + 2 * corner + axis) * side) / 2;
    const [dx, dy] = [x * (side / 2 - inward(0)), y * (side / 2 - inward(1))];
    return [left + side / 2 + dx * cos - dy * sin, top + side / 2 + dx * sin + dy * cos];
  }) as [Point, Point, Point, Point];
}

/** The colour and opacity of the augmented patch at a point of the unit square. */
type Look = (point: Point) => { colour: Colour; alpha: number };

function lookOf(patch: Patch, draws: TriggerDraws): Look {
  const factor = (kind: keyof typeof COLOUR, draw: number): number =>
    draws.between(1 - COLOUR[kind], 1 + COLOUR[kind], draw);
  const change = {
    brightness: factor("brightness", 20),
    contrast: factor("contrast", 21),
    saturation: factor("saturation", 22),
    hue: draws.between(-COLOUR.hue, COLOUR.hue, 23),
  };
  const radius = Math.round(draws.between(0, BLUR, 24) * PATCH_SIDE);
  const grey = luminanceOf(blurred(patch, PATCH_SIDE / 2, PATCH_SIDE / 2, PATCH_SIDE / 2).colour);
  return ([u, v]) => {
    const rim = Math.min(u, v, 1 - u, 1 - v) / RIM;
    if (rim <= 0) return { colour: [0, 0, 0], alpha: 0 };
    const { colour, alpha } = blurred(patch, Math.floor(u * PATCH_SIDE), Math.floor(v * PATCH_SIDE), radius);
    return { colour: jitter(colour, change, grey), alpha: alpha * Math.min(1, rim) };
  };
}

/** Mean over the pixels of the patch within `radius`, colours weighted by their opacity. */
function blurred(patch: Patch, x: number, y: number, radius: number): { colour: Colour; alpha: number } {
  const sum: Colour = [0, 0, 0];
  let opacity = 0;
  for (let row = y - radius; row <= y + radius; row++) {
    for (let column = x - radius; column <= x + radius; column++) {
      if (row < 0 || column < 0 || row >= PATCH_SIDE || column >= PATCH_SIDE) continue;
      const at = 4 * (row * PATCH_SIDE + column);
      const alpha = patch[at + 3]! / 255;
      for (let c = 0; c < 3; c++) sum[c]! += (alpha * patch[at + c]!) / 255;
      opacity += alpha;
    }
  }
  if (opacity === 0) return { colour: [0, 0, 0], alpha: 0 };
  return { colour: sum.map((value) => value / opacity) as Colour, alpha: opacity / (2 * radius + 1) ** 2 };
}

/** What a pixel of the image sees of the patch: the mean over points of it, colours weighted by their opacity. */
function average(row: number, column: number, toPatch: (point: Point) => Point, look: Look) {
  const sum: Colour = [0, 0, 0];
  let opacity = 0;
  for (let sample = 0; sample < SAMPLES ** 2; sample++) {
    const x = column + ((sample % SAMPLES) + 0.5) / SAMPLES;
    const y = row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES;
    const { colour, alpha } = look(toPatch([x, y]));
    for (let c = 0; c < 3; c++) sum[c]! += alpha * colour[c]!;
    opacity += alpha;
  }
  return { colour: sum.map((value) => value / (opacity || 1)) as Colour, alpha: opacity / SAMPLES ** 2 };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
