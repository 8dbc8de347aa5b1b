import { expect, test } from "vitest";
import { placeLabels } from "./labels.ts";

const box = ({ x, y }: { x: number; y: number }, text: string) => {
  const half = (text.length * 6.2) / 2;
  return { left: x - half, right: x + half, top: y - 6, bottom: y + 6 };
};

test("labels of a crowd cover neither each other nor a point, and stay inside the frame", () => {
  const points = Array.from({ length: 6 }, (_, index) => ({ x: 8 + index * 3, y: 8 + (index % 2) * 4, text: "0.25" }));
  const placed = placeLabels(points, [], 400, 300);
  const boxes = placed.map((place, index) => box(place, points[index]!.text));
  for (const [index, one] of boxes.entries()) {
    expect(one.left).toBeGreaterThanOrEqual(0);
    expect(one.top).toBeGreaterThanOrEqual(0);
    for (const other of boxes.slice(index + 1)) {
      const apart =
        one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top;
      expect(apart).toBe(true);
    }
    for (const { x, y } of points) expect(x > one.left && x < one.right && y > one.top && y < one.bottom).toBe(false);
  }
  expect(placed.some((place) => place.leader)).toBe(true);
});

test("a lone point has its label beside it, off its bars where it can", () => {
  const point = { x: 100, y: 100, text: "8" };
  const above = { left: 90, right: 200, top: 80, bottom: 99 };
  expect(placeLabels([point], [], 200, 200)[0]).toMatchObject({ leader: false });
  expect(placeLabels([point], [], 200, 200)[0]!.y).toBeLessThan(100);
  expect(placeLabels([point], [above], 200, 200)[0]!.y).toBeGreaterThan(100);
});
