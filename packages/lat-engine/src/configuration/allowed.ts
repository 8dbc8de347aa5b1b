import { z } from "zod";

/** What is used of a JSON schema. */
export interface JsonSchema {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly minItems?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** A zod schema as a JSON schema, which can be walked whatever wraps what. */
export function schemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
}

/** The schema of what lies at a path; undefined where the schema knows nothing there. */
export function schemaAt(schema: JsonSchema, path: readonly PropertyKey[]): JsonSchema | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const inner = alternatives(schema).flatMap(({ properties, additionalProperties, items, prefixItems }) => {
    const others = typeof additionalProperties === "object" ? additionalProperties : undefined;
    const found = typeof key === "number" ? (prefixItems?.[key] ?? items) : (properties?.[String(key)] ?? others);
    return found ? [found] : [];
  });
  if (inner.length === 0) return undefined;
  return schemaAt(inner.length === 1 ? inner[0]! : { anyOf: inner }, rest);
}

/** What a schema allows, in words: `a whole number of at least 0`. Undefined where it says nothing. */
export function allowed(schema: JsonSchema): string | undefined {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.length === 1 ? String(schema.enum[0]) : `one of ${schema.enum.join(", ")}`;
  const choices = alternatives(schema);
  if (choices.length > 1) {
    const words = choices.map(allowed);
    return words.every((word) => word !== undefined) ? [...new Set(words)].join(", or ") : undefined;
  }
  switch (schema.type) {
    case "integer":
      return `a whole number${bounds(schema)}`;
    case "number":
      return `a number${bounds(schema)}`;
    case "string":
      return text(schema);
    case "boolean":
      return "true or false";
    case "null":
      return "null";
    case "array":
      return list(schema);
    case "object":
      return section(schema);
    default:
      return undefined;
  }
}

/** A schema's choices, those of its choices included; a schema that leaves none is its own only one. */
function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  const { anyOf, oneOf, type } = schema;
  const choices =
    anyOf ?? oneOf ?? (Array.isArray(type) ? type.map((each: string) => ({ ...schema, type: each })) : []);
  return choices.length > 0 ? choices.flatMap(alternatives) : [schema];
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  // zod bounds every whole number by what a double holds exactly, which nobody needs to be told.
  const [low, high] = [minimum, maximum].map((bound) =>
    Math.abs(bound ?? 0) === Number.MAX_SAFE_INTEGER ? undefined : bound,
  );
  const words = [
    ...(low === undefined ? [] : [high === undefined ? `of at least ${low}` : `from ${low} to ${high}`]),
    ...(low === undefined && high !== undefined ? [`of at most ${high}`] : []),
    ...(exclusiveMinimum === undefined ? [] : [`greater than ${exclusiveMinimum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`less than ${exclusiveMaximum}`]),
  ];
  return words.length > 0 ? ` ${words.join(" and ")}` : "";
}

function text({ minLength = 0, pattern }: JsonSchema): string {
  const length = minLength > 1 ? ` of at least ${minLength} characters` : minLength === 1 ? " that is not empty" : "";
  return `a text${length}${pattern === undefined ? "" : ` like /${pattern}/`}`;
}

function list({ items, prefixItems, minItems }: JsonSchema): string {
  if (prefixItems) return `[${prefixItems.map((item) => allowed(item) ?? "a value").join(", ")}]`;
  const item = items && allowed(items);
  return `a list${minItems === undefined ? "" : ` of at least ${minItems}`}${item ? `, each ${item}` : ""}`;
}

function section({ properties }: JsonSchema): string {
  const keys = Object.keys(properties ?? {});
  return keys.length > 0 ? `an object with the key${keys.length > 1 ? "s" : ""} ${keys.join(", ")}` : "an object";
}
