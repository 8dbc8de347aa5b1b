import { type HostRandom, hostRandom } from "lat-tensorflow";

/** The draws that one trigger is put into one image with: numbered, so that none depends on another being made. */
export class TriggerDraws {
  private readonly random: HostRandom;

  /** @param use `poison/rings`; `index` is the number of the image among those that get the trigger */
  constructor(seed: number, use: string, index: number) {
    this.random = hostRandom(seed, use, index);
  }

  /** Uniform in [low, high). */
  between(low: number, high: number, draw: number): number {
    return low + (high - low) * this.random.uniform(draw);
  }

  /** N(0, 1), of two uniform draws (Box and Muller). `draw` counts these normal draws alone. */
  normal(draw: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.random.uniform(NORMALS + 2 * draw)));
    return radius * Math.cos(2 * Math.PI * this.random.uniform(NORMALS + 2 * draw + 1));
  }
}

/** Normal draws take their numbers from here on, out of the way of the uniform ones. */
const NORMALS = 1000;
