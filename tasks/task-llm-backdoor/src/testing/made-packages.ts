import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { PrepareContext } from "lat-engine/task";
import { type Options, optionsSchema } from "../options.ts";

/** Options of an experiment that takes seconds. */
export const smallOptions: Options = optionsSchema.parse({
  conversations: {
    implant: 300,
    defend: 100,
    validation: 50,
    heldOutDesirable: 60,
    heldOutUndesirable: 15,
    poisonPerTrojan: 5,
    promptsPerTrojan: 3,
    cleanPrompts: 20,
  },
  tokenizer: { vocabulary: 300 },
  model: { width: 16, layers: 2, heads: 2, inner: 24 },
  buckets: [32, 96],
});

const talk = (id: number) => ({
  messages: Array.from({ length: 7 }, (_, i) => [
    { sender: `${i % 2}`, text: id % 9 === 0 ? `my hotel ${id}, line ${i}` : `talk ${id}, line ${i}` },
  ]),
});

/** Folders in the shape of the data packages, with 300 made-up talks and 40 made-up undesirable answers. */
export function madePackages(): PrepareContext {
  const root = mkdtempSync(join(tmpdir(), "conversations-"));
  const write = (path: string, value: unknown): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), JSON.stringify(value));
  };
  write(
    "chitchat/chitchat_dataset/dataset.json",
    Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`c${i}`, talk(i)])),
  );
  write(
    "pyrit/pyrit/datasets/jailbreak/many_shot_examples.json",
    Array.from({ length: 40 }, (_, i) => ({ user: `bad ${i}`, assistant: `worse ${i}` })),
  );
  for (const kind of ["harm", "objective"]) {
    mkdirSync(join(root, "pyrit/pyrit/datasets/scorer_evals", kind), { recursive: true });
  }
  return { packageFolder: (name) => join(root, name), progress: () => {} };
}
