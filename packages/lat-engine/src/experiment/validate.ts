import { nearest, UsageError } from "lat-system";
import { z } from "zod";

/**
 * The value that the schema makes of `input`.
 *
 * @param where what the value is, as the start of every key in messages: `defend`, `config.yaml`
 * @throws UsageError naming for each problem the key, the value received, what is allowed and the nearest known key
 */
export function validate<T>(schema: z.ZodType<T>, input: unknown, where: string): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => describe(schema, input, issue, where));
  throw new UsageError(problems.join("\n"));
}

function describe(schema: z.ZodType, input: unknown, issue: z.core.$ZodIssue, where: string): string[] {
  const path = [where, ...issue.path].join(".");
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(shapeAt(schema, issue.path) ?? {});
    return issue.keys.map((key) => {
      const near = nearest(key, known);
      return `${path}.${key}: unknown key${near ? `; did you mean "${near}"?` : "."} Known: ${known.join(", ")}`;
    });
  }
  return [
    `${path}: received ${show(at(input, issue.path))}, ${lowerFirst(issue.message.replace(/^Invalid input: /, ""))}`,
  ];
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

/** The shape of the object schema at a path, through defaults and optionals. */
function shapeAt(schema: z.ZodType, path: readonly PropertyKey[]): Record<string, z.ZodType> | undefined {
  let inner: z.ZodType | undefined = schema;
  for (const key of path) inner = shapeOf(inner)?.[String(key)];
  return shapeOf(inner);
}

function shapeOf(schema: z.ZodType | undefined): Record<string, z.ZodType> | undefined {
  if (schema instanceof z.ZodObject) return schema.shape;
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    return shapeOf(schema.unwrap() as z.ZodType);
  }
  return undefined;
}

function show(value: unknown): string {
  if (typeof value === "number" || value === undefined) return String(value);
  return JSON.stringify(value);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
