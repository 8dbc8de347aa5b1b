import type { TextAttack } from "./attack.ts";
import { characters } from "./characters.ts";
import { distractingContext } from "./context.ts";
import { universalTrigger } from "./trigger.ts";
import { words } from "./words.ts";

/** The held-out attacks by the name of the set that they make. No defence trains on any of them. */
export const attacks: Readonly<Record<string, TextAttack>> = {
  characters,
  words,
  "context-before": distractingContext("before"),
  "context-after": distractingContext("after"),
  trigger: universalTrigger,
};
