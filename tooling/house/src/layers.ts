const libraries = ["lat-system", "lat-tensorflow", "lat-engine", "lat-models", "lat-report"] as const;
const shared = ["tooling-typescript", "tooling-vitest", "tooling-biome"] as const;

/** Which packages of this workspace a package may use: dependencies point one way. */
const mayUse: Readonly<Record<string, readonly string[]>> = {
  "lat-system": [],
  "lat-tensorflow": ["lat-system"],
  "lat-engine": ["lat-system", "lat-tensorflow"],
  "lat-models": ["lat-system", "lat-tensorflow", "lat-engine"],
  "lat-report": ["lat-system", "lat-engine"],
  "lat-cli": ["lat-system", "lat-tensorflow", "lat-engine", "lat-report"],
};

/** A package of this workspace, by the naming of its folders. */
export function isOurs(name: string): boolean {
  return /^(lat|task|tooling)-/.test(name);
}

/** What the package in this folder may use, or undefined where the house has no place for it. */
export function allowed(folder: string): readonly string[] | undefined {
  const [place, name] = folder.split("/");
  if (place === "packages") return name !== undefined && mayUse[name] ? [...mayUse[name], ...shared] : undefined;
  if (place === "tasks") return [...libraries.filter((library) => library !== "lat-report"), ...shared];
  // Measurements beside other programs stand on everything; nothing stands on them.
  if (place === "tooling") return [...libraries, ...shared, "tooling-pytorch"];
  return undefined;
}
