import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { lastLines, runCommand } from "../command.ts";
import { LatError } from "../errors.ts";
import { fileError } from "../files.ts";
import type { PackagePin } from "../package-pin.ts";

/**
 * Downloads a pinned tarball into `folder` with the user's own npm, from its cache where that has it, or where there is none from the registry that bun
 * is configured with. `scratch` is a folder without a package.json, so that no project's settings interfere.
 *
 * @throws {LatError} with what to do, where there is neither, no network or no space.
 */
export async function downloadFromNpm(pin: PackagePin, folder: string, scratch: string): Promise<void> {
  const name = `${pin.package}@${pin.version}`;
  const options = ["--pack-destination", folder, "--prefer-offline", "--ignore-scripts", "--loglevel=error"];
  const packed = await runCommand("npm", ["pack", name, ...options], { cwd: scratch });
  if (packed?.code === 0) return;
  if (packed !== undefined) throw npmError(pin, "npm", folder, packed.stderr);
  const bun = process.versions.bun === undefined ? "bun" : process.execPath;
  const info = await runCommand(bun, ["info", name, "dist.tarball"], { cwd: scratch });
  if (info === undefined) {
    throw new LatError(`cannot fetch ${name}: there is neither npm nor bun on PATH; install one of them`);
  }
  if (info.code !== 0) throw npmError(pin, "bun", folder, info.stderr);
  const url = info.stdout.trim();
  const response = await fetch(url).catch((cause: Error) => {
    throw npmError(pin, "bun", folder, `${url}: ${cause.message}`);
  });
  if (!response.ok || response.body === null) throw npmError(pin, "bun", folder, `${url}: HTTP ${response.status}`);
  const path = join(folder, `${pin.version}.tgz`);
  await pipeline(
    Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
    createWriteStream(path),
  ).catch((cause) => {
    throw fileError("write", path, cause);
  });
}

function npmError(pin: PackagePin, client: "npm" | "bun", folder: string, output: string): LatError {
  if (/ENOSPC|No space left/i.test(output)) return fileError("write", folder, { code: "ENOSPC" });
  const what = `${pin.package}@${pin.version}`;
  const where = client === "npm" ? "`npm config get registry`" : "the registry in bunfig.toml or .npmrc";
  const offline =
    `without a network, run this where there is one: npm pack ${what}; ` +
    "then set LAT_PACKAGES to the folder that holds the tarball, or copy the whole cache folder from a machine that has it";
  const unreachable =
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|CERT|ENOTCACHED|ConnectionRefused|Unable to connect|fetch failed/i;
  if (unreachable.test(output)) {
    return new LatError(
      `cannot fetch ${what}: ${client} cannot reach its registry (check the network and ${where}); ${offline}`,
    );
  }
  if (/E404|HTTP 404|not found/i.test(output)) {
    return new LatError(`cannot fetch ${what}: ${client} finds no such package in its registry (${where}); ${offline}`);
  }
  return new LatError(
    `cannot fetch ${what}: ${client} failed (check the network and ${where}); ${offline}:\n${lastLines(output)}`,
  );
}
