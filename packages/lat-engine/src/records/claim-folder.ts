import { join } from "node:path";
import { type Claim, claim, type Holder, UsageError } from "lat-system";

const CLAIM = ".claim";

/** Whether a name in a folder is of a claim on the folder, and says nothing of what the folder holds. */
export function isClaim(name: string): boolean {
  return name.startsWith(CLAIM);
}

/**
 * Takes a run's folder for this process: nobody else writes in it until the claim is released or the process ends.
 *
 * @throws UsageError saying who is writing in it
 */
export async function claimFolder(folder: string): Promise<Claim> {
  const taken = await tryClaimFolder(folder);
  if ("claim" in taken) return taken.claim;
  const { pid, host } = taken.holder;
  throw new UsageError(`${folder} is being written by process ${pid} on ${host}: wait for it, or choose another --out`);
}

/** The same, telling of a live holder rather than throwing. */
export function tryClaimFolder(folder: string): Promise<{ claim: Claim } | { holder: Holder }> {
  return claim(join(folder, CLAIM));
}
