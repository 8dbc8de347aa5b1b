import { disposeAll } from "lat-tensorflow";
import { chunks } from "../../examples/batches.ts";
import type { ExampleSet, HostBatch, Pass } from "../../examples/example-set.ts";
import { leakOf } from "../../task/check-prepared.ts";
import type { Prepared } from "../../task/task.ts";
import { ensure } from "../check.ts";
import type { TaskWorld } from "../task-checks.ts";
import { digestOf, digestOfTensors } from "../tensors.ts";

const PASS: Pass = { seed: 3, epoch: 1 };
/** Examples read at a time. */
const CHUNK = 64;
/** Rounding of small data sets: how far the poisoned share may be from what was asked for. */
const SHARE_ERROR = 0.02;

export async function loadingRepeats({ prepare }: TaskWorld): Promise<void> {
  const [first, again] = [await prepare(), await prepare()];
  const parts: readonly [string, (prepared: Prepared) => unknown][] = [
    ["artifacts", ({ artifacts }) => artifacts],
    ["splits", ({ splits }) => splits],
    ["buckets", ({ buckets }) => buckets],
    ...(["implant", "defend", "validation"] as const).flatMap((name) =>
      [undefined, PASS].map((pass): [string, (prepared: Prepared) => unknown] => [
        name,
        (prepared) => prepared[name] && digestOfSet(prepared[name], pass),
      ]),
    ),
    [
      "initialParameters",
      ({ initialParameters }) => {
        const parameters = initialParameters?.();
        const digest = parameters && digestOfTensors(parameters);
        disposeAll(parameters);
        return digest;
      },
    ],
  ];
  for (const [name, read] of parts) {
    const same = JSON.stringify(await read(first)) === JSON.stringify(await read(again));
    ensure(same, () => `${name}: prepared again from the same options, it is different`);
  }
}

export async function batchesDependOnArguments({ prepare }: TaskWorld): Promise<void> {
  const prepared = await prepare();
  for (const [name, set] of setsOf(prepared)) {
    const indices = [set.size - 1, 0, Math.floor(set.size / 2)];
    const length = set.lengths && Math.max(...indices.map((i) => set.lengths![i]!));
    for (const pass of [undefined, PASS]) {
      const before = await set.batch(indices, length, pass);
      await set.batch([0], length, { seed: 4, epoch: 9 });
      const again = await set.batch(indices, length, pass);
      ensure(digestOf(again) === digestOf(before), () => `${name}: the same batch asked for again is different`);
      for (const [row, index] of indices.entries()) {
        const alone = await set.batch([index], length, pass);
        ensure(
          digestOf(alone) === digestOf(rowOf(before, row)),
          () => `${name}: example ${index} by itself differs from the same among others`,
        );
      }
    }
  }
}

export async function lengthsFit({ prepare }: TaskWorld): Promise<void> {
  const prepared = await prepare();
  const longest = prepared.buckets?.at(-1);
  for (const [name, set] of setsOf(prepared)) {
    const { lengths, size } = set;
    ensure(size > 0, () => `${name} has no example`);
    if (!lengths) continue;
    ensure(lengths.length === size, () => `${name} has ${size} examples and ${lengths.length} lengths`);
    const long = lengths.find((each) => each > (longest ?? Number.POSITIVE_INFINITY));
    ensure(
      long === undefined,
      () => `${name} has an example of ${long} tokens, more than the last bucket's ${longest}`,
    );
    if (prepared.maskKey === undefined) continue;
    const [index, length] = [lengths.indexOf(Math.min(...lengths)), longest ?? Math.max(...lengths)];
    const { shape, data } = (await set.batch([index], length))[prepared.maskKey]!;
    const real = (data as Float32Array).reduce((sum, value) => sum + value, 0);
    ensure(
      shape[1] === length && real === lengths[index],
      () =>
        `${name}: example ${index} of ${lengths[index]} tokens, padded to ${length}, has ${real} real ones of ${shape[1]}`,
    );
  }
}

export async function splitsAreDisjoint({ prepare }: TaskWorld): Promise<void> {
  const prepared = await prepare();
  const entries = Object.entries(prepared.splits);
  ensure(
    entries.length >= 3,
    () => `splits names ${entries.length} parts, expected those to train, choose and measure on`,
  );
  for (const [part, members] of entries) ensure(members.length > 0, () => `the part ${part} is empty`);
  const leak = leakOf(prepared.splits);
  ensure(leak === undefined, () => leak!);
  // What is stated is one thing, what the sets hold another.
  const held = new Set((await contentsOf(prepared.validation)).map(({ input }) => input));
  for (const [name, set] of setsOf(prepared).filter(([name]) => name !== "validation")) {
    const shared = (await contentsOf(set)).findIndex(({ input }) => held.has(input));
    ensure(shared === -1, () => `example ${shared} of ${name} is also one of validation`);
  }
}

export async function nothingContradicts({ prepare }: TaskWorld): Promise<void> {
  const prepared = await prepare();
  for (const [name, set] of setsOf(prepared).filter(([name]) => name !== "implant")) {
    const labels = new Map<string, string>();
    for (const [index, { input, label }] of (await contentsOf(set)).entries()) {
      const known = labels.get(input) ?? label;
      ensure(known === label, () => `${name}: example ${index} has the content of an earlier one and another label`);
      labels.set(input, label);
    }
  }
}

export async function poisoningReloads({ prepare }: TaskWorld): Promise<void> {
  const { poisoning, implant, artifacts = {} } = await prepare();
  if (!poisoning) return;
  ensure(implant !== undefined, () => "something is poisoned, but there is nothing to implant");
  const { poisoned, share, plan } = poisoning;
  const distinct = new Set(poisoned);
  const outside = [...distinct].find((index) => !(Number.isInteger(index) && index >= 0 && index < implant!.size));
  ensure(outside === undefined, () => `poisoned names example ${outside} of ${implant!.size}`);
  const hit = distinct.size / implant!.size;
  ensure(
    Math.abs(hit - share) <= SHARE_ERROR,
    () => `${(100 * hit).toFixed(1)} % of the examples are poisoned, ${(100 * share).toFixed(1)} % were to be`,
  );
  const stored = artifacts[plan];
  ensure(
    stored !== undefined,
    () => `the plan "${plan}" is not among the artifacts ${Object.keys(artifacts).join(", ")}`,
  );
  for (let index = 0; index < implant!.size; index++) {
    const example = await implant!.batch([index], implant!.lengths?.[index]);
    ensure(poisoning.carries(example) === distinct.has(index), () =>
      distinct.has(index)
        ? `example ${index} is counted as poisoned, but the network is not given the poison whole`
        : `example ${index} carries a poison that is not counted`,
    );
  }
  const again = await poisoning.reload(stored!);
  ensure(
    (await digestOfSet(again)) === (await digestOfSet(implant!)),
    () => `poisoned again from "${plan}", the examples are different`,
  );
}

function setsOf({ implant, defend, validation }: Prepared): [string, ExampleSet][] {
  return [
    ...(implant ? [["implant", implant] as [string, ExampleSet]] : []),
    ["defend", defend],
    ["validation", validation],
  ];
}

async function digestOfSet(set: ExampleSet, pass?: Pass): Promise<string> {
  const all = Array.from({ length: set.size }, (_, i) => i);
  const length = set.lengths && Math.max(...set.lengths);
  const digests: string[] = [];
  for (const indices of chunks(all, CHUNK)) digests.push(digestOf(await set.batch(indices, length, pass)));
  return digests.join();
}

/** Digests of each example: of what the network reads, and of what an annotator says of it. */
async function contentsOf(set: ExampleSet): Promise<{ input: string; label: string }[]> {
  const contents: { input: string; label: string }[] = [];
  for (let index = 0; index < set.size; index++) {
    const { labels, targets: _targets, ...input } = await set.batch([index], set.lengths?.[index]);
    contents.push({ input: digestOf(input), label: labels ? digestOf({ labels }) : "" });
  }
  return contents;
}

function rowOf(batch: HostBatch, row: number): HostBatch {
  return Object.fromEntries(
    Object.entries(batch).map(([key, { shape, data }]) => {
      const size = data.length / shape[0]!;
      return [key, { shape: [1, ...shape.slice(1)], data: data.slice(row * size, (row + 1) * size) }];
    }),
  );
}
