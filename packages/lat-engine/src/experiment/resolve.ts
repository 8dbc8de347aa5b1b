import { UsageError, unknownName } from "lat-system";
import { methods } from "../method/method.ts";
import type { Preset, Task } from "../task/task.ts";
import type { RunConfig, RunRequest, SweepRequest } from "./api.ts";
import { type AttackConfig, attackSchema, type MethodName, methodNames, trainSchema } from "./config.ts";
import { validate } from "./validate.ts";

/**
 * The complete configuration of a run: the preset with the request's changes, validated.
 *
 * @throws UsageError for an unknown preset, method, site or key, and for values of the wrong type or out of range
 */
export function resolveRun<Options>(task: Task<Options>, request: RunRequest): RunConfig {
  const preset = presetOf(task, request.preset);
  const method = methodOf(request.method);
  const sections = override(preset, request.set ?? {});
  const options = validate(task.options, sections.options, "options");
  const attack = method.attack(validate(attackSchema, sections.attack, "attack"));
  const { names, input } = task.sites(options);
  const requested = request.sites?.length ? request.sites : [method.name === "at" ? input : preset.site];
  const sites = method.perturbs ? checkedSites(`site of ${task.name}`, requested, names) : [];
  refuseRangeForSeveralSites(attack, sites);
  return {
    schema: 1,
    task: task.name,
    taskVersion: task.version,
    preset: request.preset,
    method: method.name,
    epsilon: checkedEpsilon(method.name, method.perturbs, request.epsilon),
    sites,
    seed: wholeNumber("seed", request.seed),
    implantSeed: wholeNumber("implantSeed", sections.implantSeed),
    data: request.data ?? null,
    options: options as Readonly<Record<string, unknown>>,
    implant: sections.implant === null ? null : validate(trainSchema, sections.implant, "implant"),
    defend: validate(trainSchema, sections.defend, "defend"),
    attack,
  };
}

/** The runs of a sweep: every method with every ε of its grid and every seed, methods in the order asked for. */
export function resolveSweep<Options>(task: Task<Options>, request: SweepRequest): RunConfig[] {
  const { sweep } = presetOf(task, request.preset);
  const { preset, sites, set, data } = request;
  const seeds = request.seeds ?? sweep.seeds;
  const gridOf = (method: MethodName): readonly (number | undefined)[] =>
    method === "ft" ? [undefined] : (request.epsilons ?? sweep.epsilons[method]);
  if (request.methods.length === 0 || seeds.length === 0)
    throw new UsageError("a sweep needs at least one method and one seed");
  return request.methods.flatMap((method) =>
    gridOf(methodOf(method).name).flatMap((epsilon) =>
      // A sweep's sites are for the latent methods: AT stays at the input.
      seeds.map((seed) =>
        resolveRun(task, { preset, method, epsilon, sites: method === "at" ? undefined : sites, seed, set, data }),
      ),
    ),
  );
}

function presetOf<Options>(task: Task<Options>, name: string): Preset<Options> {
  const preset = Object.hasOwn(task.presets, name) ? task.presets[name] : undefined;
  if (!preset) throw new UsageError(unknownName(`preset of ${task.name}`, name, Object.keys(task.presets)));
  return preset;
}

function methodOf(name: string) {
  if (!Object.hasOwn(methods, name)) throw new UsageError(unknownName("method", name, methodNames));
  return methods[name as MethodName];
}

function checkedSites(kind: string, requested: readonly string[], known: readonly string[]): string[] {
  return [...new Set(requested)].map((name) => {
    const index = /^-?\d+$/.test(name) ? Number(name) : known.indexOf(name);
    const site = known.at(index === -1 && name !== "-1" ? known.length : index);
    if (site === undefined) throw new UsageError(unknownName(kind, name, known));
    return site;
  });
}

function checkedEpsilon(method: MethodName, perturbs: boolean, epsilon: number | undefined): number | null {
  if (!perturbs) {
    if (epsilon !== undefined)
      throw new UsageError(`ε: received ${epsilon} for ${method}, which perturbs nothing: leave it out`);
    return null;
  }
  if (epsilon === undefined || !(epsilon > 0 && Number.isFinite(epsilon))) {
    throw new UsageError(
      `ε: received ${epsilon ?? "none"} for ${method}, expected a number greater than 0 (--epsilon 8)`,
    );
  }
  return epsilon;
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
  // Each cloned by itself: a preset may use one object for two sections, and an override changes one of them.
  const sections: Sections = {
    options: structuredClone(options),
    implant: structuredClone(implant),
    defend: structuredClone(defend),
    attack: structuredClone(attack),
    implantSeed: 0,
  };
  for (const [dotted, value] of Object.entries(set)) {
    const [section, ...path] = dotted.split(".");
    if (!Object.hasOwn(sections, section!))
      throw new UsageError(unknownName("section of the configuration", section!, Object.keys(sections)));
    if ((path.length === 0) !== (section === "implantSeed")) {
      throw new UsageError(`${dotted}: expected a key inside a section, such as defend.learningRate, or implantSeed`);
    }
    put(sections as unknown as Record<string, unknown>, [section!, ...path], value);
  }
  return sections;
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  if (typeof target[key] !== "object" || target[key] === null) target[key] = {};
  put(target[key] as Record<string, unknown>, rest, value);
}
