import { UsageError } from "lat-system";
import { parse } from "yaml";

/** `["defend.learningRate=1e-4", "attack.range=[0, 1]"]` → values by dotted key, each value read as YAML. */
export function parseSettings(settings: readonly string[] = []): Record<string, unknown> {
  return Object.fromEntries(
    settings.map((setting) => {
      const equals = setting.indexOf("=");
      const key = setting.slice(0, equals).trim();
      if (equals < 0 || key === "") {
        throw new UsageError(`--set: received "${setting}", expected key=value, such as defend.learningRate=1e-4`);
      }
      return [key, value(key, setting.slice(equals + 1))];
    }),
  );
}

function value(key: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new UsageError(`--set ${key}: "${text}" is neither a YAML nor a JSON value`, { cause });
  }
}
