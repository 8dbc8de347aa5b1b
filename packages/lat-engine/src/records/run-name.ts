import type { RunConfig } from "../configuration/config.ts";

type Named = Pick<RunConfig, "method" | "epsilon" | "seed">;

/** `lat ε 8 seed 0`: a run for people. */
export function labelOf({ method, epsilon, seed }: Named): string {
  return [method, ...(epsilon === null ? [] : [`ε ${epsilon}`]), `seed ${seed}`].join(" ");
}

/** `lat-8-seed0`: the folder of a run among those of its sweep. */
export function runName({ method, epsilon, seed }: Named): string {
  return [method, ...(epsilon === null ? [] : [String(epsilon)]), `seed${seed}`].join("-");
}
