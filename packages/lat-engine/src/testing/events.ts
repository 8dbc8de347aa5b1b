import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EVENTS } from "../records/events/events-file.ts";
import { readRecords } from "../records/events/record.ts";

/** The encoded TensorBoard events in a run's folder, each with 0 for the time at which it was written. */
export function eventsBesidesTimes(folder: string): Buffer[] {
  return [...readRecords(readFileSync(join(folder, EVENTS)))].map((event) => Buffer.from(event).fill(0, 1, 9));
}
