import { existsSync } from "node:fs";
import { UsageError, unknownName } from "lat-system";
import type { RunConfig } from "../configuration/config.ts";
import { type AttackConfig, attackSchema, type MethodName, methodNames, trainSchema } from "../configuration/config.ts";
import { type Method, methods } from "../configuration/methods.ts";
import { validate } from "../configuration/validate.ts";
import { resolveSiteNames } from "../model/sites.ts";
import type { Preset, Task } from "../task/task.ts";
import type { RunRequest, SweepRequest } from "./api.ts";

/**
 * The complete configuration of a run: the preset with the request's changes, validated.
 *
 * @throws UsageError for an unknown preset, method, site or key, and for values of the wrong type or out of range
 */
export function resolveRun<Options>(task: Task<Options>, request: RunRequest): RunConfig {
  const preset = presetOf(task, request.preset);
  return complete(task, request, override(preset, request.set ?? {}), preset.site);
}

/**
 * A configuration that was written before (`config.yaml`, a run of `sweep.json`), held to the same rules as a request.
 *
 * @param source where it was read, for messages
 * @throws UsageError as `resolveRun`, and where it is of another task or another version of it
 */
export function resolveConfig<Options>(task: Task<Options>, config: RunConfig, source: string): RunConfig {
  if (config.task !== task.name) throw new UsageError(`${source} is of ${config.task}, but ${task.name} was asked for`);
  if (config.taskVersion !== task.version) {
    throw new UsageError(
      `${source} is of version ${config.taskVersion} of ${task.name}, whose version is now ${task.version}: ` +
        "the same settings give other figures. Use the version that wrote it, or set what it says by --preset and --set.",
    );
  }
  const { epsilon, data, sites } = config;
  return complete(task, { ...config, epsilon: epsilon ?? undefined, data: data ?? undefined }, config, sites[0] ?? "");
}

/** The rules that every configuration is held to. */
function complete<Options>(
  task: Task<Options>,
  request: Omit<RunRequest, "set">,
  sections: Sections,
  latentSite: string,
): RunConfig {
  const method = methodOf(request.method);
  const options = validate(task.options, sections.options, "options");
  const attack = method.attack(validate(attackSchema, sections.attack, "attack"));
  const sites = sitesOf(task, method, request.sites ?? [], options, latentSite);
  refuseRangeForSeveralSites(attack, sites);
  if (method.perturbs && attack.objective === "targeted" && !task.targeted) {
    throw new UsageError(
      `attack.objective: received "targeted", but the examples of ${task.name} have no targets; expected untargeted or away`,
    );
  }
  return {
    schema: 1,
    task: task.name,
    taskVersion: task.version,
    preset: request.preset,
    method: method.name,
    epsilon: checkedEpsilon(method, request.epsilon),
    sites,
    seed: wholeNumber("seed", request.seed),
    implantSeed: wholeNumber("implantSeed", sections.implantSeed),
    data: checkedData(task, request.data),
    options: options as Readonly<Record<string, unknown>>,
    implant: sections.implant === null ? null : validate(trainSchema, sections.implant, "implant"),
    defend: validate(trainSchema, sections.defend, "defend"),
    attack,
  };
}

/** The runs of a sweep: every method with every ε of its grid and every seed, methods in the order asked for. */
export function resolveSweep<Options>(task: Task<Options>, request: SweepRequest): RunConfig[] {
  const { sweep } = presetOf(task, request.preset);
  const { preset, set, data } = request;
  const seeds = request.seeds ?? sweep.seeds;
  refuseRepeated("methods", request.methods);
  refuseRepeated("epsilons", request.epsilons ?? []);
  refuseRepeated("seeds", seeds);
  const gridOf = (method: MethodName): readonly (number | undefined)[] =>
    method === "ft" ? [undefined] : (request.epsilons ?? sweep.epsilons[method]);
  refuseUnused(
    "sites",
    request.sites,
    request.methods.some((name) => methodOf(name).latent),
    request.methods,
  );
  refuseUnused(
    "epsilons",
    request.epsilons,
    request.methods.some((name) => methodOf(name).perturbs),
    request.methods,
  );
  const configs = request.methods.flatMap((method) => {
    // A sweep's sites are for the latent methods: AT stays at the input.
    const sites = methodOf(method).latent ? request.sites : undefined;
    return gridOf(method).flatMap((epsilon) =>
      seeds.map((seed) => resolveRun(task, { preset, method, epsilon, sites, seed, set, data })),
    );
  });
  if (configs.length === 0) throw new UsageError("a sweep needs at least one method, one seed and one ε");
  return configs;
}

/** What was asked for by name is used by one of the methods at least. */
function refuseUnused(
  what: string,
  values: readonly (string | number)[] | undefined,
  used: boolean,
  methodNames: readonly string[],
): void {
  if (values === undefined || values.length === 0 || used) return;
  throw new UsageError(
    `${what}: received ${values.join(", ")}, which none of the methods ${methodNames.join(", ")} takes: leave it out`,
  );
}

function refuseRepeated(what: string, values: readonly (string | number)[]): void {
  const repeated = values.find((value, i) => values.indexOf(value) !== i);
  if (repeated !== undefined) throw new UsageError(`${what}: received ${repeated} twice, expected each once`);
}

function presetOf<Options>(task: Task<Options>, name: string): Preset<Options> {
  const preset = Object.hasOwn(task.presets, name) ? task.presets[name] : undefined;
  if (!preset) throw new UsageError(unknownName(`preset of ${task.name}`, name, Object.keys(task.presets)));
  return preset;
}

function methodOf(name: string): Method {
  if (!Object.hasOwn(methods, name)) throw new UsageError(unknownName("method", name, methodNames));
  return methods[name as MethodName];
}

function sitesOf<Options>(
  task: Task<Options>,
  method: Method,
  requested: readonly string[],
  options: Options,
  latentSite: string,
): string[] {
  if (!method.perturbs) {
    if (requested.length > 0)
      throw new UsageError(
        `site: received ${requested.join(", ")} for ${method.name}, which perturbs nothing: leave it out`,
      );
    return [];
  }
  const { names, input } = task.sites(options);
  const sites = requested.length > 0 ? requested : [method.latent ? latentSite : input];
  const resolved = resolveSiteNames(`site of ${task.name}`, sites, names);
  if (!method.latent && resolved.join() !== input) {
    throw new UsageError(
      `site: received ${resolved.join(", ")} for ${method.name}, which perturbs the input (${input}): ` +
        "leave it out, or choose lat, which is the same at other sites",
    );
  }
  return resolved;
}

function checkedEpsilon(method: Method, epsilon: number | undefined): number | null {
  if (!method.perturbs) {
    if (epsilon !== undefined)
      throw new UsageError(`ε: received ${epsilon} for ${method.name}, which perturbs nothing: leave it out`);
    return null;
  }
  if (epsilon === undefined || !(epsilon > 0 && Number.isFinite(epsilon))) {
    throw new UsageError(
      `ε: received ${epsilon ?? "none"} for ${method.name}, expected a number greater than 0 (--epsilon 8)`,
    );
  }
  return epsilon;
}

function checkedData({ name, data }: Pick<Task, "name" | "data">, path: string | undefined): string | null {
  if (path === undefined) return null;
  if (data === undefined) {
    throw new UsageError(`data: received ${path}, but ${name} takes no data of one's own: leave it out`);
  }
  if (!existsSync(path)) throw new UsageError(`data: received ${path}, which does not exist; expected ${data}`);
  return path;
}

function wholeNumber(key: string, value: unknown): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32) return value as number;
  throw new UsageError(`${key}: received ${String(value)}, expected a whole number from 0 to 4294967295`);
}

function refuseRangeForSeveralSites(attack: AttackConfig, sites: readonly string[]): void {
  if (attack.range !== "none" && sites.length > 1) {
    throw new UsageError(
      `attack.range: received ${JSON.stringify(attack.range)} with ${sites.length} sites, expected "none": bounds hold for one site`,
    );
  }
}

interface Sections {
  options: unknown;
  implant: unknown;
  defend: unknown;
  attack: unknown;
  implantSeed: unknown;
}

/** The preset's sections with dotted overrides put in. Only the section is checked here; keys inside are the schemas'. */
function override(preset: Preset<unknown>, set: Readonly<Record<string, unknown>>): Sections {
  const { options, implant = null, defend, attack } = preset;
  let sections: Sections = { options, implant, defend, attack, implantSeed: 0 };
  for (const [dotted, value] of Object.entries(set)) {
    const [section, ...path] = dotted.split(".");
    if (!Object.hasOwn(sections, section!))
      throw new UsageError(unknownName("section of the configuration", section!, Object.keys(sections)));
    if ((path.length === 0) !== (section === "implantSeed")) {
      throw new UsageError(`${dotted}: expected a key inside a section, such as defend.learningRate, or implantSeed`);
    }
    sections = put(sections, [section!, ...path], value) as Sections;
  }
  return sections;
}

/** `target` with the value at a path; what is on the way and no object is replaced by one, for the schemas to refuse. */
function put(target: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const known = typeof target === "object" && target !== null ? (target as Record<string, unknown>) : {};
  return { ...known, [key]: put(Object.hasOwn(known, key) ? known[key] : undefined, rest, value) };
}
