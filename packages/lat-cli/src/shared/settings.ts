import { resolve } from "node:path";
import { UsageError } from "lat-system";
import { parse } from "yaml";

/** `["defend.learningRate=1e-4", "attack.range=[0, 1]"]` → values by dotted key, each value read as YAML. */
export function parseSettings(settings: readonly string[] = []): Record<string, unknown> {
  return Object.fromEntries(
    settings.map((setting) => {
      const [key, text] = pair("--set", setting, "key=value, such as defend.learningRate=1e-4");
      return [key, value(key, text)];
    }),
  );
}

/** `["people=attacks.csv"]` → the settings that have a task measure on these files too, as absolute paths. */
export function parseHeldOut(sets: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    sets.map((set) => {
      const [name, file] = pair("--heldout", set, "name=file, such as people=attacks.csv");
      return [`options.heldout.${name}`, resolve(file)];
    }),
  );
}

function pair(option: string, text: string, expected: string): [string, string] {
  const equals = text.indexOf("=");
  const key = text.slice(0, equals).trim();
  if (equals < 0 || key === "") throw new UsageError(`${option}: received "${text}", expected ${expected}`);
  return [key, text.slice(equals + 1)];
}

function value(key: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new UsageError(`--set ${key}: "${text}" is neither a YAML nor a JSON value`, { cause });
  }
}
