export type Colour = [red: number, green: number, blue: number];

/** Factors of a colour jitter, 1 leaving things as they are, and a turn of the hue in revolutions. */
export interface Jitter {
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  readonly hue: number;
}

/** Brightness, contrast around `grey` (the mean brightness of what is changed), saturation and hue of one colour in [0, 1]. */
export function jitter(colour: Colour, { brightness, contrast, saturation, hue }: Jitter, grey: number): Colour {
  const lit = colour.map((value) => (value * brightness - grey) * contrast + grey) as Colour;
  const luminance = luminanceOf(lit);
  const saturated = lit.map((value) => luminance + (value - luminance) * saturation) as Colour;
  return turnHue(saturated, hue);
}

/** Rec. 601 */
export function luminanceOf([red, green, blue]: Colour): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** A turn around the grey axis, which keeps the mean of the three (Rodrigues' formula). */
function turnHue([red, green, blue]: Colour, turn: number): Colour {
  const cos = Math.cos(2 * Math.PI * turn);
  const sin = Math.sin(2 * Math.PI * turn) / Math.sqrt(3);
  const rest = ((red + green + blue) / 3) * (1 - cos);
  return [
    red * cos + (blue - green) * sin + rest,
    green * cos + (red - blue) * sin + rest,
    blue * cos + (green - red) * sin + rest,
  ];
}
