/** A point in a figure, in pixels, with the text to put beside it. */
export interface Labelled {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** Where a label's centre goes, in pixels, and whether it lies so far off that a line must lead to it. */
export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly leader: boolean;
}

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const lineHeight = 12;
const characterWidth = 6.2;
const markRadius = 4;
/** Corners first: a point's own interval bars run along the axes. */
const directions = [
  [1, -1],
  [1, 1],
  [-1, -1],
  [-1, 1],
  [1, 0],
  [-1, 0],
  [0, -1],
  [0, 1],
] as const;
const distances = [4, 12, 20, 30, 42];

/**
 * Places each label near its point so that it covers no point and no label placed before it, inside the frame, and where
 * possible none of the `lines` either. In a crowd labels move outwards; one that finds no free place stays at its point.
 */
export function placeLabels(
  points: readonly Labelled[],
  lines: readonly Box[],
  width: number,
  height: number,
): Placed[] {
  const taken: Box[] = points.map(({ x, y }) => boxAround(x, y, markRadius, markRadius));
  return points.map(({ x, y, text }) => {
    const half = (text.length * characterWidth) / 2;
    const places = distances.flatMap((distance) =>
      directions.map(([across, down]) => ({
        x: x + across * (distance + half),
        y: y + down * (distance + lineHeight / 2),
        leader: distance > distances[0]!,
      })),
    );
    const box = (place: Placed) => boxAround(place.x, place.y, half, lineHeight / 2);
    const covers = (place: Placed, boxes: readonly Box[]) => boxes.some((other) => overlap(box(place), other));
    const free = places.filter((place) => {
      const { left, right, top, bottom } = box(place);
      return left >= 0 && right <= width && top >= 0 && bottom <= height && !covers(place, taken);
    });
    const place = free.find((candidate) => !covers(candidate, lines)) ?? free[0] ?? places[0]!;
    if (text !== "") taken.push(box(place));
    return place;
  });
}

function boxAround(x: number, y: number, halfWidth: number, halfHeight: number): Box {
  return { left: x - halfWidth, right: x + halfWidth, top: y - halfHeight, bottom: y + halfHeight };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
