import { hostRandom } from "lat-tensorflow";
import type { Colour } from "./colour.ts";
import type { TriggerDraws } from "./draws.ts";

export const textureNames = ["spots", "weave"] as const;
export type TextureName = (typeof textureNames)[number];

/** The colour of a texture at a place of the unit square. */
type Texture = (u: number, v: number) => Colour;

/** Discs of bright colours at random places on a dark ground, those on top last. */
function spots(): Texture {
  const random = hostRandom(0, "texture/spots");
  const discs = Array.from({ length: 40 }, (_, i) => {
    const draw = (n: number): number => random.uniform(8 * i + n);
    const hue = 2 * Math.PI * draw(3);
    const channel = (phase: number): number => 0.55 + 0.45 * Math.cos(hue + phase);
    const colour: Colour = [channel(0), channel((2 * Math.PI) / 3), channel((4 * Math.PI) / 3)];
    return { x: draw(0), y: draw(1), radius: 0.06 + 0.07 * draw(2), colour };
  });
  const apart = (a: number, b: number): number => Math.min(Math.abs(a - b), 1 - Math.abs(a - b));
  return (u, v) =>
    discs.findLast(({ x, y, radius }) => Math.hypot(apart(u, x), apart(v, y)) < radius)?.colour ?? [0.12, 0.05, 0.2];
}

/** Two sets of diagonal bands, one over the other by turns. */
function weave(): Texture {
  return (u, v) => {
    const [a, b] = [u + v, u - v].map((t) => 0.5 + 0.5 * Math.sin(2 * Math.PI * 5 * t)) as [number, number];
    return [0.9 * a, 0.35 + 0.4 * a * b, 0.9 * b];
  };
}

const textures: Readonly<Record<TextureName, Texture>> = { spots: spots(), weave: weave() };

/** The texture as pixels, size × size × 3 in [0, 255]. */
export function drawTexture(name: TextureName, size: number): Float32Array {
  const at = (index: number): number => (index + 0.5) / size;
  const colours = Array.from({ length: size * size }, (_, i) => textures[name](at(i % size), at(Math.floor(i / size))));
  return Float32Array.from(colours.flat(), (value) => 255 * value);
}

/**
 * The image with a texture blended over it, `share · texture + (1 − share) · image`, the texture rolled by a random
 * offset.
 *
 * @param pixels size × size × 3, which stays as it is; `texture` has the same shape
 */
export function blendTexture(
  pixels: Uint8Array,
  size: number,
  texture: Float32Array,
  share: number,
  draws: TriggerDraws,
): Uint8Array {
  const [right, down] = [0, 1].map((draw) => Math.floor(draws.between(0, size, draw))) as [number, number];
  return pixels.map((value, at) => {
    const pixel = Math.floor(at / 3);
    const [row, column] = [(Math.floor(pixel / size) + down) % size, ((pixel % size) + right) % size];
    return Math.round((1 - share) * value + share * texture[3 * (row * size + column) + (at % 3)]!);
  });
}
