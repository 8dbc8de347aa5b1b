import { LatError, nearest, quote, show, UsageError } from "lat-system";
import type { z } from "zod";
import { allowed, type JsonSchema, schemaAt, schemaOf } from "./allowed.ts";

/** Problems that a message lists. */
const SHOWN = 12;

/**
 * The value that the schema makes of what a person asked for.
 *
 * @param where what the value is, as the start of every key in messages: `defend`
 * @throws UsageError naming for each problem the key, the value received, what is allowed and the nearest known key
 */
export function validate<T>(schema: z.ZodType<T>, input: unknown, where: string): T {
  return check(schema, input, where, (problems) => new UsageError(problems));
}

/**
 * The value that the schema makes of what a file holds or a task returned.
 *
 * @param source for the message: the file's path
 * @throws LatError naming the source, and for each problem the key, the value found and what is expected; for a file of
 *   another version of the tool, that alone
 */
export function validateContent<T>(schema: z.ZodType<T>, content: unknown, source: string): T {
  refuseOtherVersion(schema, content, source);
  return check(schema, content, "", (problems) => new LatError(`${source} does not hold what it should:\n${problems}`));
}

/** A file whose shape has a version number carries it under the key `schema`. */
function refuseOtherVersion(schema: z.ZodType, content: unknown, source: string): void {
  const version = schemaOf(schema).properties?.schema?.const;
  if (version === undefined || typeof content !== "object" || content === null || !("schema" in content)) return;
  if (content.schema === version) return;
  throw new LatError(
    `${source} has schema ${show(content.schema)}; this version reads schema ${show(version)}. ` +
      "Use the version that wrote it, or make it again with this one.",
  );
}

function check<T>(schema: z.ZodType<T>, input: unknown, where: string, failure: (problems: string) => LatError): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const root = schemaOf(schema);
  const problems = [...new Set(result.error.issues.flatMap((issue) => describe(root, input, issue, where)))];
  const more = problems.length > SHOWN ? [`and ${problems.length - SHOWN} more`] : [];
  throw failure([...problems.slice(0, SHOWN), ...more].join("\n"));
}

function describe(root: JsonSchema, input: unknown, issue: z.core.$ZodIssue, where: string): string[] {
  const path = [...(where ? [where] : []), ...issue.path].map(named).join(".");
  const schema = schemaAt(root, issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(schema?.properties ?? {});
    return issue.keys.map((key) => {
      const near = nearest(key, known);
      return `${path ? `${path}.` : ""}${named(key)}: unknown key${near ? `; did you mean "${near}"?` : "."} Known: ${known.join(", ")}`;
    });
  }
  const received = at(input, issue.path);
  const words = issue.code !== "custom" && schema && allowed(schema);
  const expected = words ? `expected ${words}` : issue.message;
  return [`${path || "it"}: ${received === undefined ? "missing" : `received ${shown(received)}`}, ${expected}`];
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

/** A key as it is, unless a file makes it long or unreadable. */
function named(key: PropertyKey): string {
  const text = String(key);
  return /^[\w.-]{0,80}$/.test(text) ? text : quote(text);
}

/** A small list or object as JSON; anything else as any value of a file. */
function shown(value: unknown): string {
  const text = typeof value === "object" ? JSON.stringify(value) : "";
  return text !== "" && text.length <= 80 ? text : show(value);
}
