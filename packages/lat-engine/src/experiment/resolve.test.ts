import { UsageError } from "lat-system";
import { describe, expect, it } from "vitest";
import type { MethodName, RunConfig } from "../configuration/config.ts";
import type { Task } from "../task/task.ts";
import { toyTask } from "../testing/toy.ts";
import type { RunRequest, SweepRequest } from "./api.ts";
import { defaultRunFolder, defaultSweepFolder } from "./default-folder.ts";
import { resolveConfig, resolveRun, resolveSweep } from "./resolve.ts";

const request = (changes: Partial<RunRequest>): RunRequest => ({
  preset: "nano",
  method: "lat",
  epsilon: 1,
  seed: 0,
  ...changes,
});
const resolved = (changes: Partial<RunRequest> = {}): RunConfig => resolveRun(toyTask, request(changes));
const swept = (changes: Partial<SweepRequest>): RunConfig[] =>
  resolveSweep(toyTask, { preset: "nano", methods: ["ft", "rlp", "at", "lat"], ...changes });

/** The message of the usage error that a call throws. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error("it was not refused");
}
const refused = (changes: Partial<RunRequest>): string => refusal(() => resolved(changes));
const refusedSetting = (key: string, value: unknown): string => refused({ set: { [key]: value } });

describe("names", () => {
  it("an unknown preset is answered with those there are", () => {
    expect(refused({ preset: "nanno" })).toBe('unknown preset of toy "nanno"; did you mean "nano"? Known: nano');
    expect(refused({ preset: "constructor" })).toContain("Known: nano");
  });

  it("an unknown method is answered with those there are", () => {
    expect(refused({ method: "latt" as never })).toBe(
      'unknown method "latt"; did you mean "lat"? Known: ft, rlp, at, lat',
    );
    expect(refused({ method: "toString" as never })).toContain("Known: ft, rlp, at, lat");
    expect(refusal(() => swept({ methods: ["pgd" as never] }))).toContain('unknown method "pgd"');
  });

  it("an unknown site is answered with those there are", () => {
    const known = "Known: embeddings, hidden, scaled";
    expect(refused({ sites: ["hiden"] })).toBe(`unknown site of toy "hiden"; did you mean "hidden"? ${known}`);
    for (const name of ["3", "-4", "1.5", "", "99999999999999999999"])
      expect(refused({ sites: [name] })).toContain(known);
  });
});

describe("sites", () => {
  it("are named or numbered, from the last one with a minus", () => {
    expect(resolved({ sites: ["scaled"] }).sites).toEqual(["scaled"]);
    expect(resolved({ sites: ["0"] }).sites).toEqual(["embeddings"]);
    expect(resolved({ sites: ["-1"] }).sites).toEqual(["scaled"]);
    expect(resolved({ sites: ["-3"] }).sites).toEqual(["embeddings"]);
  });

  it("are kept once each, in the order of a forward pass", () => {
    expect(resolved({ sites: ["-1", "hidden", "embeddings", "1"] }).sites).toEqual(["embeddings", "hidden", "scaled"]);
  });

  it("are the preset's for lat and rlp, the model's input for at, and none for ft", () => {
    expect(resolved().sites).toEqual(["hidden"]);
    expect(resolved({ method: "rlp" }).sites).toEqual(["hidden"]);
    expect(resolved({ method: "at" }).sites).toEqual(["embeddings"]);
    expect(resolved({ method: "ft", epsilon: undefined }).sites).toEqual([]);
    expect(refused({ method: "ft", epsilon: undefined, sites: ["hidden"] })).toBe(
      "site: received hidden for ft, which perturbs nothing: leave it out",
    );
  });
});

describe("ε", () => {
  it.each([
    [-1, "-1"],
    [0, "0"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [undefined, "none"],
  ])("of %s is refused where a method perturbs", (epsilon, shown) => {
    for (const method of ["rlp", "at", "lat"] as const) {
      expect(refused({ method, epsilon })).toBe(
        `ε: received ${shown} for ${method}, expected a number greater than 0 (--epsilon 8)`,
      );
    }
  });

  it("is refused where nothing is perturbed, 0 as well", () => {
    expect(refused({ method: "ft", epsilon: 1 })).toBe("ε: received 1 for ft, which perturbs nothing: leave it out");
    expect(refused({ method: "ft", epsilon: 0 })).toContain("ε: received 0 for ft");
    expect(resolved({ method: "ft", epsilon: undefined }).epsilon).toBeNull();
  });
});

describe("settings", () => {
  it("change one key of a section and leave the rest as the preset has it", () => {
    const before = resolved();
    const set = {
      "defend.learningRate": 0.5,
      "attack.stepSize": { relative: 0.1 },
      "options.examples": 8,
      implantSeed: 3,
    };
    expect(resolved({ set })).toEqual({
      ...before,
      defend: { ...before.defend, learningRate: 0.5 },
      attack: { ...before.attack, stepSize: { relative: 0.1 } },
      options: { ...before.options, examples: 8 },
      implantSeed: 3,
    });
    expect(resolved()).toEqual(before);
    expect(resolved({ set: { "attack.stepSize.relative": 0.1 } }).attack.stepSize).toEqual({ relative: 0.1 });
  });

  it("of an unknown section or no key are refused", () => {
    expect(refusedSetting("defence.epochs", 1)).toBe(
      'unknown section of the configuration "defence"; did you mean "defend"? Known: options, implant, defend, attack, implantSeed',
    );
    expect(refusedSetting("attack", { steps: 1 })).toContain("attack: expected a key inside a section");
    expect(refusedSetting("implantSeed.x", 1)).toContain("implantSeed.x: expected a key inside a section");
    expect(refusedSetting("__proto__.epochs", 1)).toContain('unknown section of the configuration "__proto__"');
  });

  it("of an unknown key are answered with the nearest", () => {
    expect(refusedSetting("attack.step", 4)).toMatch(
      /^attack\.step: unknown key; did you mean "steps"\? Known: steps, norm, /,
    );
    expect(refusedSetting("options.example", 4)).toBe(
      'options.example: unknown key; did you mean "examples"? Known: examples, spoil',
    );
    expect(refusedSetting("implant.zzzzzzzzz", 4)).toMatch(/^implant\.zzzzzzzzz: unknown key\. Known: batchSize, /);
    expect(refusedSetting("defend.", 4)).toMatch(/^defend\.: unknown key/);
    expect(refusedSetting("options.__proto__.polluted", 1)).toMatch(/^options\.__proto__: unknown key/);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("of a wrong type or out of range are answered with what is allowed", () => {
    const expected: readonly [string, unknown, string][] = [
      ["attack.steps", -1, "received -1, expected a whole number of at least 0"],
      ["attack.steps", 1.5, "received 1.5, expected a whole number of at least 0"],
      ["attack.steps", "6", 'received "6", expected a whole number of at least 0'],
      ["attack.steps", Number.NaN, "received NaN, expected a whole number of at least 0"],
      ["attack.steps", Number.POSITIVE_INFINITY, "received Infinity, expected a whole number of at least 0"],
      ["attack.steps.x", 1, 'received {"x":1}, expected a whole number of at least 0'],
      ["attack.norm", "l3", 'received "l3", expected one of l1, l2, linf'],
      ["attack.adversarialShare", 1.5, "received 1.5, expected a number from 0 to 1"],
      ["attack.stopAtLoss", 0, "received 0, expected a number greater than 0, or null"],
      [
        "attack.stepSize",
        "big",
        'received "big", expected a number greater than 0, or an object with the key relative, or null',
      ],
      ["attack.stepSize.relative", -1, "received -1, expected a number greater than 0"],
      ["attack.range", "all", 'received "all", expected one of none, batch, or [a number, a number]'],
      ["attack.range", [2, 1], "received [2,1], expected the smaller bound first"],
      ["defend.learningRate", 0, "received 0, expected a number greater than 0"],
      ["defend.clip", -1, "received -1, expected a number greater than 0, or null"],
      ["defend.optimizer", "adam", 'received "adam", expected one of adamw, sgd'],
      ["options.examples", true, "received true, expected a whole number greater than 0"],
    ];
    for (const [key, value, message] of expected) {
      const at = key === "attack.steps.x" ? "attack.steps" : key;
      expect(refusedSetting(key, value)).toBe(`${at}: ${message}`);
    }
  });

  it("with several mistakes are answered with each", () => {
    const message = refused({ set: { "defend.epochs": 0, "defend.clipp": 1 } });
    expect(message.split("\n")).toEqual([
      "defend.epochs: received 0, expected a number greater than 0",
      expect.stringMatching(/^defend\.clipp: unknown key; did you mean "clip"\?/),
    ]);
  });

  it.each(["seed", "implantSeed"] as const)("%s is a whole number of 32 bits", (key) => {
    for (const value of [-1, 0.5, 2 ** 32, Number.NaN]) {
      const message = refused(key === "seed" ? { seed: value } : { set: { implantSeed: value } });
      expect(message).toBe(`${key}: received ${value}, expected a whole number from 0 to 4294967295`);
    }
  });

  it("patience needs validations to count", () => {
    expect(refusedSetting("defend.patience", 3)).toBe(
      "defend.patience: received 3, expected null, or validateEvery as well",
    );
    expect(resolved({ set: { "defend.patience": 3, "defend.validateEvery": 5 } }).defend.patience).toBe(3);
  });

  it("rlp ascends never, and a zero start leaves it nothing", () => {
    expect(resolved({ method: "rlp", set: { "attack.restarts": 3 } }).attack).toMatchObject({ steps: 0, restarts: 1 });
    expect(refused({ method: "rlp", set: { "attack.start": "zero" } })).toMatch(
      /^attack\.start: received "zero" for rlp, which then perturbs nothing; expected radial, uniform or boundary/,
    );
  });

  it("data is a path that exists, for a task that takes some", () => {
    const taking = { ...toyTask, data: "a folder of vectors" };
    const request = { preset: "nano", method: "ft", seed: 0 } as const;
    expect(resolveRun(taking, { ...request, data: import.meta.dirname }).data).toBe(import.meta.dirname);
    expect(() => resolveRun(taking, { ...request, data: "/no/such/folder" })).toThrow(
      "data: received /no/such/folder, which does not exist; expected a folder of vectors",
    );
    expect(() => resolveRun(toyTask, { ...request, data: import.meta.dirname })).toThrow(
      /^data: received .*, but toy takes no data of one's own: leave it out$/,
    );
  });

  it("refuses to aim an attack where the task's examples have no targets, and only there", () => {
    const set = { "attack.objective": "targeted" };
    expect(resolved({ set }).attack.objective).toBe("targeted");
    const { targeted: _, ...untargeted } = toyTask;
    const request = { preset: "nano", seed: 0, set, epsilon: 1 } as const;
    expect(() => resolveRun(untargeted as typeof toyTask, { ...request, method: "lat" })).toThrow(
      'attack.objective: received "targeted", but the examples of toy have no targets; expected untargeted or away',
    );
  });

  it("of adversarial training are the input's: elsewhere it would be LAT under another name", () => {
    expect(resolved({ method: "at", sites: ["embeddings"] }).sites).toEqual(["embeddings"]);
    expect(refused({ method: "at", sites: ["hidden"] })).toMatch(
      /^site: received hidden for at, which perturbs the input/,
    );
  });

  it("bounds of h + δ hold for one site", () => {
    const set = { "attack.range": "batch" };
    expect(resolved({ set }).attack.range).toBe("batch");
    expect(resolved({ set, sites: ["hidden", "1"] }).sites).toEqual(["hidden"]);
    expect(refused({ set, sites: ["hidden", "scaled"] })).toMatch(/^attack\.range: received "batch" with 2 sites/);
  });
});

describe("a sweep", () => {
  const named = (configs: readonly RunConfig[]): string[] =>
    configs.map(({ method, epsilon, sites, seed }) => [method, epsilon, sites.join("+"), seed].join(" "));

  it("is the preset's grid: each method with each of its ε and each seed", () => {
    expect(named(swept({}))).toEqual([
      "ft   0",
      "ft   1",
      "rlp 0.5 hidden 0",
      "rlp 0.5 hidden 1",
      "at 0.5 embeddings 0",
      "at 0.5 embeddings 1",
      "lat 0.5 hidden 0",
      "lat 0.5 hidden 1",
      "lat 1 hidden 0",
      "lat 1 hidden 1",
    ]);
  });

  it("takes other methods, ε, seeds and sites, which are for the latent methods alone", () => {
    const changes = { methods: ["ft", "at", "lat"] as const, epsilons: [2], seeds: [5], sites: ["scaled"] };
    expect(named(swept(changes))).toEqual(["ft   5", "at 2 embeddings 5", "lat 2 scaled 5"]);
  });

  it("refuses nothing to run, a bad ε, and what would run twice", () => {
    expect(refusal(() => swept({ methods: [] }))).toBe("a sweep needs at least one method, one seed and one ε");
    expect(refusal(() => swept({ seeds: [] }))).toBe("a sweep needs at least one method, one seed and one ε");
    expect(refusal(() => swept({ epsilons: [1, -1] }))).toContain("ε: received -1 for rlp");
    expect(refusal(() => swept({ seeds: [0, 1, 0] }))).toBe("seeds: received 0 twice, expected each once");
    expect(refusal(() => swept({ epsilons: [1, 1] }))).toContain("epsilons: received 1 twice");
    expect(refusal(() => swept({ methods: ["lat", "lat"] }))).toContain("methods: received lat twice");
  });

  it("refuses what none of its methods takes", () => {
    const sweepOf = (methods: readonly MethodName[], changes: object) => () =>
      resolveSweep(toyTask, { preset: "nano", methods, ...changes });
    expect(sweepOf(["ft", "at"], { sites: ["hidden"] })).toThrow(
      /^sites: received hidden, which none of the methods ft, at takes/,
    );
    expect(sweepOf(["ft"], { epsilons: [1] })).toThrow(/^epsilons: received 1, which none of the methods ft takes/);
  });
});

describe("a configuration that was written before", () => {
  it("is held to the rules of a request, and comes back as it was", () => {
    const config = resolved({ set: { "attack.steps": 3, "defend.learningRate": 0.5 } });
    const written = JSON.parse(JSON.stringify(config)) as typeof config;
    expect(resolveConfig(toyTask, written, "config.yaml")).toEqual(config);
    const ft = resolved({ method: "ft", epsilon: undefined });
    expect(resolveConfig(toyTask, ft, "config.yaml")).toEqual(ft);
    expect(() => resolveConfig(toyTask, { ...config, sites: ["hiden"] }, "config.yaml")).toThrow(
      /did you mean "hidden"/,
    );
    expect(() => resolveConfig(toyTask, { ...config, taskVersion: 0 }, "c.yaml")).toThrow(
      /^c\.yaml is of version 0 of toy/,
    );
    expect(() => resolveConfig(toyTask, { ...config, task: "other" }, "c.yaml")).toThrow(
      /^c\.yaml is of other, but toy/,
    );
  });
});

describe("default folders", () => {
  const task = toyTask as Task<never>;

  it("differ where settings do", () => {
    const plain = resolved();
    expect(defaultRunFolder(task, plain)).toBe("runs/toy-nano-lat-eps1-hidden-seed0");
    const [a, b] = [{ "attack.steps": 3 }, { "attack.steps": 4 }].map((set) =>
      defaultRunFolder(task, resolved({ set })),
    );
    expect(new Set([a, b, defaultRunFolder(task, plain)]).size).toBe(3);
    expect(a).toMatch(/^runs\/toy-nano-lat-eps1-hidden-seed0-[0-9a-f]{8}$/);
  });

  it("of a sweep are the preset's where its runs are", () => {
    const request = { preset: "nano", methods: ["ft", "rlp", "at", "lat"] } as const;
    expect(defaultSweepFolder(task, resolveSweep(toyTask, request))).toBe("runs/toy-nano");
    expect(defaultSweepFolder(task, resolveSweep(toyTask, { ...request, seeds: [7] }))).toMatch(
      /^runs\/toy-nano-[0-9a-f]{8}$/,
    );
  });
});
