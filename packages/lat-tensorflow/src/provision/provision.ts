import { existsSync, readFileSync } from "node:fs";
import { copyFile, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { sha256File, type WorkOptions, withLock, writeFileAtomic, writing } from "lat-system";
import { ADDONS, compileAddons, hashSources } from "./addon.ts";
import { installedCompiler, zigCompiler } from "./compiler.ts";
import { provideLibraries } from "./library.ts";
import { addonFolder, type Setup } from "./setup.ts";

/** Written beside the addons, last: what they are. */
interface Stamp {
  readonly device: "cpu" | "gpu";
  readonly libraries: string;
  readonly sources: string;
  readonly sha256: Readonly<Record<string, string>>;
}

const STAMP = "provisioned.json";

/**
 * Fetches TensorFlow, compiles the addons and puts them where they are looked for. What is there already is compared
 * with its hash and kept, so that a second call, and one in another checkout of the same user, ends in seconds.
 *
 * @returns the folder of the libraries.
 * @throws {LatError} with what to do, where a step fails; the next call goes on from there.
 */
export async function provisionSetup(setup: Setup, options: WorkOptions): Promise<string> {
  const compiler = (await installedCompiler()) ?? zigCompiler(setup.zig);
  const libraries = await provideLibraries(setup.libraries, options);
  const addons = await compileAddons(setup, libraries, compiler, options);
  await place(setup, addons, libraries, options);
  return libraries;
}

async function place(setup: Setup, addons: string, libraries: string, { onWait }: WorkOptions): Promise<void> {
  const folder = addonFolder(setup);
  await writing(folder, async () => {
    await mkdir(folder, { recursive: true });
    await withLock(
      join(folder, `${STAMP}.lock`),
      async () => {
        for (const name of ADDONS) {
          // A process that has the old file loaded keeps it: the new one takes its name, not its content.
          await copyFile(join(addons, name), join(folder, `${name}.new`));
          await rename(join(folder, `${name}.new`), join(folder, name));
        }
        const sha256 = Object.fromEntries(ADDONS.map((name) => [name, sha256File(join(addons, name))]));
        const stamp: Stamp = { device: setup.device, libraries, sources: hashSources(setup), sha256 };
        await writeFileAtomic(join(folder, STAMP), JSON.stringify(stamp, null, 1));
      },
      { onWait },
    );
  });
}

export type Provisioned =
  | { readonly ready: true; readonly device: "cpu" | "gpu"; readonly libraries: string }
  | { readonly ready: false; readonly reason: string };

/** Whether the addons are in place and made of today's sources, in a few milliseconds; hashes of libraries are not looked at. */
export function provisionedSetup(setup: Setup): Provisioned {
  const folder = addonFolder(setup);
  let stamp: Stamp;
  try {
    stamp = JSON.parse(readFileSync(join(folder, STAMP), "utf8")) as Stamp;
  } catch {
    return { ready: false, reason: "it was not set up in this checkout" };
  }
  for (const path of [...ADDONS.map((name) => join(folder, name)), join(stamp.libraries, "tensorflow")]) {
    if (!existsSync(path)) return { ready: false, reason: `${path} is missing` };
  }
  if (stamp.sources !== hashSources(setup))
    return { ready: false, reason: "its C++ sources changed since it was compiled" };
  const changed = ADDONS.find((name) => sha256File(join(folder, name)) !== stamp.sha256[name]);
  if (changed) return { ready: false, reason: `${join(folder, changed)} is not the file that was put there` };
  return { ready: true, device: stamp.device, libraries: stamp.libraries };
}
