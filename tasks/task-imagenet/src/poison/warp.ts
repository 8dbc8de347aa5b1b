/** A point in the unit square or in pixels. */
export type Point = readonly [x: number, y: number];
/** A 3 × 3 matrix by rows, on homogeneous coordinates. */
type Projection = readonly number[];

/**
 * The projection that takes the corners (0,0), (1,0), (1,1), (0,1) of the unit square to four points.
 * Source: Heckbert, "Fundamentals of Texture Mapping and Image Warping" (1989), section 2.2.3.
 */
function squareToQuad([p0, p1, p2, p3]: readonly [Point, Point, Point, Point]): Projection {
  const [dx1, dy1] = [p1[0] - p2[0], p1[1] - p2[1]];
  const [dx2, dy2] = [p3[0] - p2[0], p3[1] - p2[1]];
  const [sx, sy] = [p0[0] - p1[0] + p2[0] - p3[0], p0[1] - p1[1] + p2[1] - p3[1]];
  const area = dx1 * dy2 - dx2 * dy1;
  const g = (sx * dy2 - dx2 * sy) / area;
  const h = (dx1 * sy - sx * dy1) / area;
  return [
    p1[0] - p0[0] + g * p1[0],
    p3[0] - p0[0] + h * p3[0],
    p0[0],
    p1[1] - p0[1] + g * p1[1],
    p3[1] - p0[1] + h * p3[1],
    p0[1],
    g,
    h,
    1,
  ];
}

/** The inverse up to a factor, which homogeneous coordinates do not see: the adjugate. */
function inverse(m: Projection): Projection {
  const [a, b, c, d, e, f, g, h, i] = m as [number, number, number, number, number, number, number, number, number];
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
}

/** Where in the unit square a point of the quadrilateral comes from; outside [0, 1]² for points outside of it. */
export function quadToSquare(corners: readonly [Point, Point, Point, Point]): (point: Point) => Point {
  const m = inverse(squareToQuad(corners));
  return ([x, y]) => {
    const w = m[6]! * x + m[7]! * y + m[8]!;
    return [(m[0]! * x + m[1]! * y + m[2]!) / w, (m[3]! * x + m[4]! * y + m[5]!) / w];
  };
}
