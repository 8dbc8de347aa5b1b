import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { offlineWorld, putOnPath, setEnvironment, sha256Of, temporaryFolder } from "../../testing.ts";
import type { PackagePin } from "../package-pin.ts";
import { fetchPackage, verifyPackage } from "./fetch.ts";

/** A registry on this machine that has one package, @tiny/images 1.0.0, and the user's configuration pointing at it. */
async function registry(): Promise<PackagePin & { readonly tarball: string; close(): void }> {
  const folder = temporaryFolder();
  const files = {
    "package.json": '{"name":"@tiny/images","version":"1.0.0"}',
    "img/64/a.png": "A",
    "img/64/b.png": "B",
    "index.js": "",
  };
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, "package", file)), { recursive: true });
    writeFileSync(join(folder, "package", file), content);
  }
  const tarball = join(folder, "images-1.0.0.tgz");
  spawnSync("tar", ["-czf", tarball, "-C", folder, "package"]);
  const content = readFileSync(tarball);
  const integrity = `sha512-${createHash("sha512").update(content).digest("base64")}`;
  const server = createServer((request, response) => {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    if (request.url?.endsWith(".tgz")) return response.end(content);
    if (!/images/.test(request.url ?? "")) return response.writeHead(404).end();
    const version = {
      name: "@tiny/images",
      version: "1.0.0",
      dist: { tarball: `${address}/p/images-1.0.0.tgz`, integrity },
    };
    const body = { name: "@tiny/images", "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": version } };
    return response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  useRegistry(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    name: "images",
    registry: "npm",
    package: "@tiny/images",
    version: "1.0.0",
    sha256: [sha256Of(tarball)],
    members: ["package.json", "img/64/"],
    bytes: content.length,
    license: "MIT",
    tarball,
    close: () => server.close(),
  };
}

/** Makes `url` the registry of npm and bun, with a home folder and an npm cache of the test's own. */
function useRegistry(url: string): void {
  const home = temporaryFolder();
  writeFileSync(join(home, ".npmrc"), `registry=${url}\ncache=${home}/npm\nfetch-retries=0\n`);
  setEnvironment({
    HOME: home,
    NPM_CONFIG_USERCONFIG: join(home, ".npmrc"),
    npm_config_userconfig: join(home, ".npmrc"),
    npm_config_registry: undefined,
    NPM_CONFIG_REGISTRY: undefined,
    BUN_CONFIG_REGISTRY: undefined,
  });
}

test("members of an npm package are extracted relative to its folder, with the user's npm", async () => {
  const { cache } = offlineWorld();
  const pin = await registry();
  const folder = await fetchPackage(pin);
  expect(folder).toMatch(/@tiny\+images-1\.0\.0-[0-9a-f]{8}$/);
  expect(readdirSync(join(folder, "img/64"))).toEqual(["a.png", "b.png"]);
  expect(existsSync(join(folder, "index.js"))).toBe(false);
  expect(verifyPackage(pin)).toEqual([]);
  expect(readdirSync(join(cache, "packages"))).toHaveLength(1);
});

test("without npm, bun finds the tarball in the registry it is configured with", async () => {
  offlineWorld();
  const pin = await registry();
  const real = (name: string) => spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim();
  putOnPath({ tar: `exec ${real("tar")} "$@"`, gzip: `exec ${real("gzip")} "$@"` }, { only: true });
  const folder = await fetchPackage(pin);
  expect(readFileSync(join(folder, "img/64/b.png"), "utf8")).toBe("B");
});

test("another tarball than the pinned is refused with both hashes", async () => {
  const { cache } = offlineWorld();
  const pin = { ...(await registry()), sha256: ["0".repeat(64)] };
  await expect(fetchPackage(pin)).rejects.toThrow(/SHA-256 [0-9a-f]{64}, expected 0{64}/);
  expect(readdirSync(join(cache, "packages"))).toEqual([]);
});

test("a path the package lacks is an error", async () => {
  offlineWorld();
  const pin = { ...(await registry()), members: ["img/128/"] };
  await expect(fetchPackage(pin)).rejects.toThrow(/has no img\/128\//);
});

test("a registry that does not answer is an error that says what to do", async () => {
  offlineWorld();
  const pin = await registry();
  useRegistry("http://127.0.0.1:9/");
  await expect(fetchPackage(pin)).rejects.toThrow(
    /cannot fetch @tiny\/images@1\.0\.0: npm cannot reach its registry \(check the network .*npm pack @tiny\/images@1\.0\.0; then set LAT_PACKAGES.*copy the whole cache folder/,
  );
});

test("a package that the registry has not is an error that says so", async () => {
  offlineWorld();
  const pin = { ...(await registry()), package: "@tiny/films" };
  await expect(fetchPackage(pin)).rejects.toThrow(/cannot fetch @tiny\/films@1\.0\.0: npm finds no such package/);
});

test("what npm has in its cache needs no network", async () => {
  offlineWorld();
  const pin = await registry();
  await fetchPackage(pin);
  pin.close();
  setEnvironment({ LAT_CACHE: temporaryFolder() });
  expect(readdirSync(join(await fetchPackage(pin), "img/64"))).toEqual(["a.png", "b.png"]);
});

test("an archive that was fetched elsewhere is known by its hash, and stays where it is", async () => {
  offlineWorld();
  const pin = await registry();
  useRegistry("http://127.0.0.1:9/");
  const given = temporaryFolder();
  copyFileSync(pin.tarball, join(given, "brought.tgz"));
  writeFileSync(join(given, "tiny-images-1.0.0.tgz"), "of another content");
  setEnvironment({ LAT_PACKAGES: given });
  expect(readdirSync(join(await fetchPackage(pin), "img/64"))).toEqual(["a.png", "b.png"]);
  expect(readdirSync(given)).toHaveLength(2);
  setEnvironment({ LAT_PACKAGES: join(given, "missing"), LAT_CACHE: temporaryFolder() });
  await expect(fetchPackage(pin)).rejects.toThrow(/cannot read .*missing \(LAT_PACKAGES\): no such file or folder/);
});
