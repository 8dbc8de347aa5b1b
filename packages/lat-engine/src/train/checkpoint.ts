import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { fileError, LatError, quote, sha256File, writeJson } from "lat-system";
import { loadFloats, openSafetensors, storeFloats, type Tensor, tf } from "lat-tensorflow";
import { z } from "zod";
import { readContent } from "../configuration/content.ts";
import type { Tensors } from "../model/model.ts";
import type { OptimizerState } from "./optimizer.ts";

const manifestSchema = z.strictObject({
  schema: z.literal(1),
  /** Optimizer steps done. */
  step: z.number().int().nonnegative(),
  /** What early stopping and best-checkpoint selection remember. */
  validation: z.strictObject({ bestLoss: z.number(), bestStep: z.number().int(), worse: z.number().int() }).nullable(),
  files: z.record(z.string(), z.strictObject({ bytes: z.number().int(), sha256: z.string() })),
});
export type ValidationState = z.infer<typeof manifestSchema>["validation"];

export interface Checkpoint {
  readonly step: number;
  readonly validation: ValidationState;
  readonly parameters: Tensors;
  readonly state: OptimizerState;
}

/** The file of a network's parameters, in a checkpoint, a run's folder and an implanted network's. */
export const MODEL = "model.safetensors";
const OPTIMIZER = "optimizer.safetensors";
const MANIFEST = "manifest.json";
/** How many checkpoints are kept: the newest, and one before it should the newest be damaged. */
const KEPT = 2;

/**
 * Writes `checkpoints/step-N`: parameters, optimizer state and a manifest with sizes and SHA-256. The folder is written
 * beside and renamed, so that a reader finds a whole checkpoint or none. Random numbers need no state.
 */
export async function saveCheckpoint(
  folder: string,
  { step, validation, parameters, state }: Checkpoint,
): Promise<void> {
  const target = join(folder, `step-${step}`);
  const beside = `${target}.tmp`;
  rmSync(beside, { recursive: true, force: true });
  try {
    await mkdir(beside, { recursive: true });
    await saveTensors(join(beside, MODEL), parameters);
    await saveTensors(join(beside, OPTIMIZER), flat(state));
    const files = Object.fromEntries(
      [MODEL, OPTIMIZER].map((name) => [
        name,
        { bytes: statSync(join(beside, name)).size, sha256: sha256File(join(beside, name)) },
      ]),
    );
    await writeJson(join(beside, MANIFEST), { schema: 1, step, validation, files });
    rmSync(target, { recursive: true, force: true });
    await rename(beside, target);
  } catch (cause) {
    rmSync(beside, { recursive: true, force: true });
    throw cause instanceof LatError ? cause : fileError("write", target, cause);
  }
  for (const old of steps(folder).slice(KEPT)) rmSync(join(folder, `step-${old}`), { recursive: true, force: true });
}

/**
 * The newest whole checkpoint of a folder, or undefined where there is none. A damaged one (its files do not have the
 * manifest's hashes) is reported and passed over.
 */
export function loadNewestCheckpoint(folder: string, warn: (message: string) => void): Checkpoint | undefined {
  for (const step of steps(folder)) {
    const path = join(folder, `step-${step}`);
    try {
      return loadCheckpoint(path);
    } catch (error) {
      if (!(error instanceof LatError)) throw error;
      warn(`${path} is damaged and is passed over: ${error.message}`);
    }
  }
  return undefined;
}

function loadCheckpoint(path: string): Checkpoint {
  const { step, validation, files } = readContent(join(path, MANIFEST), manifestSchema);
  for (const [name, { sha256 }] of Object.entries(files)) {
    const found = sha256File(join(path, name));
    if (found !== sha256) throw new LatError(`${join(path, name)} has SHA-256 ${found}, expected ${sha256}`);
  }
  return {
    step,
    validation,
    parameters: loadTensors(join(path, MODEL)),
    state: nested(loadTensors(join(path, OPTIMIZER))),
  };
}

function steps(folder: string): number[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .map((name) => /^step-(\d+)$/.exec(name)?.[1])
    .filter((step) => step !== undefined)
    .map(Number)
    .sort((a, b) => b - a);
}

/** Writes float32 tensors as a safetensors file, whole or not at all; its bytes depend on names and values alone. */
export async function saveTensors(path: string, tensors: Tensors): Promise<void> {
  await storeFloats(path, tensors);
}

/** Reads a safetensors file of float32 tensors; the caller owns them. */
export function loadTensors(path: string): Tensors {
  const file = openSafetensors(path);
  const loaded = new Map<string, Tensor>();
  try {
    for (const [name, stored] of file.tensors) {
      const what = `${path}: tensor ${quote(name)}`;
      if (stored.dtype !== "F32") throw new LatError(`${what} is ${stored.dtype}, expected F32`);
      loaded.set(name, loadFloats(stored, what));
    }
    return Object.fromEntries(loaded);
  } catch (error) {
    tf.dispose([...loaded.values()]);
    throw error;
  } finally {
    file.close();
  }
}

/** `mean/layers.0.weight`: one flat record for a file. */
function flat(state: OptimizerState): Tensors {
  return Object.fromEntries(
    Object.entries(state).flatMap(([moment, tensors]) =>
      Object.entries(tensors).map(([name, t]) => [`${moment}/${name}`, t]),
    ),
  );
}

function nested(tensors: Tensors): OptimizerState {
  const state: Record<string, Record<string, Tensor>> = {};
  for (const [path, tensor] of Object.entries(tensors)) {
    const [moment, name] = [path.slice(0, path.indexOf("/")), path.slice(path.indexOf("/") + 1)];
    state[moment] = { ...state[moment], [name]: tensor };
  }
  return state;
}
