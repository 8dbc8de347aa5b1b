import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Claim, claim } from "lat-system";

/** A name that no claim on the folder is taken for anything else by. */
const WORKERS = ".claims";

/** Says that this process works on a sweep's folder, until it is released or the process ends. */
export async function joinWorkers(folder: string): Promise<Claim> {
  for (let number = 1; ; number++) {
    const taken = await claim(join(folder, WORKERS, `worker-${number}`));
    if ("claim" in taken) return taken.claim;
  }
}

/** Whether a live process works on a sweep's folder. */
export async function isWorkedOn(folder: string): Promise<boolean> {
  const workers = join(folder, WORKERS);
  for (const name of existsSync(workers) ? readdirSync(workers) : []) {
    const taken = await claim(join(workers, name));
    if ("holder" in taken) return true;
    taken.claim.release();
  }
  return false;
}
