/**
 * The colours of inks without a profile, as Pillow, OpenCV and browsers have them: what is left of white after black and
 * one ink. The profile of some press, which libvips would take, makes a full cyan (0, 153, 227) instead of (0, 255, 255).
 *
 * @param inks [pixel, (cyan, magenta, yellow, black)], 0 for none to 255
 * @returns [pixel, (red, green, blue)]
 */
export function coloursOfInks(inks: Uint8Array): Uint8Array {
  const colours = new Uint8Array((inks.length / 4) * 3);
  for (let from = 0, to = 0; from < inks.length; from += 4) {
    const left = 255 - inks[from + 3]!;
    for (let ink = 0; ink < 3; ink++) colours[to++] = Math.round((left * (255 - inks[from + ink]!)) / 255);
  }
  return colours;
}
