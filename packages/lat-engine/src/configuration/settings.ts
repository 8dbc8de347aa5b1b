import type { z } from "zod";
import { allowed, type JsonSchema, schemaOf } from "./allowed.ts";

/** One setting, as the reference and `lat tasks` show it. */
export interface Setting {
  /** `attack.steps` */
  readonly key: string;
  /** `a whole number of at least 0` */
  readonly allowed: string;
  /** Absent where a value must be given. */
  readonly default?: unknown;
  readonly description: string;
}

/**
 * The settings of a section in the schema's order, those of its sections in their place.
 *
 * @param prefix the section's key: `options`
 */
export function settingsOf(schema: z.ZodType, prefix: string): Setting[] {
  return inside(schemaOf(schema), prefix);
}

function inside({ properties = {} }: JsonSchema, prefix: string): Setting[] {
  return Object.entries(properties).flatMap(([name, schema]): Setting[] => {
    const key = `${prefix}.${name}`;
    if (schema.properties) return inside(schema, key);
    return [
      {
        key,
        allowed: allowed(schema) ?? "a value",
        ...(schema.default === undefined ? {} : { default: schema.default }),
        description: schema.description ?? "",
      },
    ];
  });
}
