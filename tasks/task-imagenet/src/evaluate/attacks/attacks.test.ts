import { disposeAll, gradcheck, hostRandom, type Tensor, tf } from "lat-tensorflow";
import { expect, test } from "vitest";
import type { UnforeseenAttack } from "../unforeseen.ts";
import { coordinates, smooth, upsample } from "./grid.ts";
import { unforeseenAttacks } from "./index.ts";

const size = 12;
const examples = 2;

/** Smooth images with no colour near 0 or 1, where a sum would be clipped and have no gradient. */
function madePixels(size: number): Tensor {
  const value = (at: number): number => 0.5 + 0.2 * Math.sin(at / 7) * Math.cos(at / 31);
  return tf.tensor4d(Array.from({ length: examples * size * size * 3 }, (_, at) => value(at)), [examples, size, size, 3]); // biome-ignore format: one call
}

function fixedOf({ fixed }: UnforeseenAttack, size: number): Tensor {
  if (!fixed) return tf.zeros([examples, 1]);
  const rows = Array.from({ length: examples }, (_, index) => Array.from(fixed.draw(size, index)));
  return tf.tensor(rows.flat(), [examples, ...fixed.shape(size)]);
}

function deltaOf({ shape }: UnforeseenAttack, scale: number, size: number): Tensor {
  const whole = [examples, ...shape(size)];
  const random = hostRandom(0, "delta");
  const values = Array.from({ length: whole.reduce((a, b) => a * b) }, (_, i) => scale * (2 * random.uniform(i) - 1));
  return tf.tensor(values, whole);
}

const values = (tensor: Tensor): number[] => [...tensor.dataSync()];

test.each(unforeseenAttacks)("$name: the gradient to δ is that of finite differences", (attack) => {
  const side = 8;
  const pixels = madePixels(side);
  const fixed = fixedOf(attack, side);
  // |δ|, bilinear cells and the bounds of colours have corners: δ lies between them, as do the steps around it.
  const cornersNear = attack.name === "elastic" || attack.name === "pixel";
  const delta = cornersNear ? tf.add(deltaOf(attack, 0.1, side), 0.3) : deltaOf(attack, 0.02, side);
  // Rings are waves of which 0.03 is a large part.
  const step = attack.name === "wood" ? 0.004 : 0.03;
  const { error } = gradcheck(({ delta }) => attack.apply({ pixels, fixed, delta }, side), { delta }, step);
  expect(error).toBeLessThan(2e-3);
  disposeAll(pixels, fixed, delta);
});

test.each(unforeseenAttacks)(
  "$name: leaves images in [0, 1], whatever δ, and changes them by more the larger it is",
  (attack) => {
    const pixels = madePixels(size);
    const fixed = fixedOf(attack, size);
    const changeAt = (scale: number): number => {
      const clean = values(attack.apply({ pixels, fixed, delta: deltaOf(attack, 0, size) }, size));
      const out = values(attack.apply({ pixels, fixed, delta: deltaOf(attack, scale, size) }, size));
      expect(out.every((value) => value >= 0 && value <= 1)).toBe(true);
      return out.reduce((sum, value, i) => sum + Math.abs(value - clean[i]!), 0) / out.length;
    };
    const { low, medium, high } = attack.epsilon(size);
    expect(low).toBeLessThan(medium);
    expect(medium).toBeLessThan(high);
    const weak = changeAt(0.05);
    expect(weak).toBeGreaterThan(1e-4);
    expect(changeAt(0.5)).toBeGreaterThan(weak);
    changeAt(100);
  },
);

test.each(unforeseenAttacks.filter(({ name }) => name !== "wood"))("$name: without δ nothing changes", (attack) => {
  const pixels = madePixels(size);
  const out = values(attack.apply({ pixels, fixed: fixedOf(attack, size), delta: deltaOf(attack, 0, size) }, size));
  out.forEach((value, i) => {
    expect(value).toBeCloseTo(values(pixels)[i]!, 5);
  });
});

test("pixel: at |δ| = 1 every block has its mean colour", () => {
  const pixel = unforeseenAttacks.find(({ name }) => name === "pixel")!;
  const blocks = pixel.shape(size)[0]!;
  expect(blocks).toBe(4);
  const pixels = madePixels(size);
  const out = pixel.apply({ pixels, delta: tf.fill([examples, blocks, blocks], -1) }, size);
  const block = tf.slice(pixels, [1, 3, 6, 0], [1, 3, 3, 3]);
  const mean = values(tf.mean(block, [1, 2]));
  for (const [row, column] of [
    [3, 6],
    [5, 8],
  ]) {
    // biome-ignore format: one list
    values(tf.slice(out, [1, row!, column!, 0], [1, 1, 1, 3])).forEach((value, c) => void expect(value).toBeCloseTo(mean[c]!, 5)); // biome-ignore format: one call
  }
});

test("elastic: a displacement by whole pixels takes the pixels from there", () => {
  const elastic = unforeseenAttacks.find(({ name }) => name === "elastic")!;
  const pixels = madePixels(size);
  const delta = tf.tile(tf.tensor([[[2, -1]]]), [examples, size * size, 1]);
  const out = elastic.apply({ pixels, delta }, size);
  const from = values(tf.slice(pixels, [0, 2, 0, 0], [1, size - 2, size - 1, 3]));
  values(tf.slice(out, [0, 0, 1, 0], [1, size - 2, size - 1, 3])).forEach((value, i) => {
    expect(value).toBeCloseTo(from[i]!, 4);
  });
});

test("fields: upsampling keeps what is linear, smoothing keeps what is constant and spreads a point", () => {
  const line = tf.tensor([0, 1, 2, 3], [1, 4, 1, 1]);
  const field = tf.concat([tf.tile(line, [1, 1, 4, 1]), tf.tile(tf.transpose(line, [0, 2, 1, 3]), [1, 4, 1, 1])], 3);
  const large = upsample(field, 7);
  expect(large.shape).toEqual([1, 7, 7, 2]);
  for (const [row, column] of [
    [0, 0],
    [2, 5],
    [6, 3],
  ]) {
    // biome-ignore format: one list
    expect(values(tf.slice(large, [0, row!, column!, 0], [1, 1, 1, 2]))).toEqual([row! / 2, column! / 2]);
  }
  values(smooth(tf.fill([1, 9, 9, 2], 3), 1.5)).forEach((value) => void expect(value).toBeCloseTo(3, 5));
  const point = tf.pad(tf.ones([1, 1, 1, 1]), [[0, 0], [10, 10], [10, 10], [0, 0]]); // biome-ignore format: one list
  const spread = values(smooth(point, 1.5));
  expect(spread.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
  expect(spread[10 * 21 + 12]! / spread[10 * 21 + 10]!).toBeCloseTo(Math.exp(-(2 ** 2) / (2 * 1.5 ** 2)), 4);
});

test("coordinates are those of the pixels' middles", () => {
  const { down, right } = coordinates(4);
  expect(values(right).slice(0, 4)).toEqual([-0.75, -0.25, 0.25, 0.75]);
  expect(values(down).slice(0, 5)).toEqual([-0.75, -0.75, -0.75, -0.75, -0.25]);
});
