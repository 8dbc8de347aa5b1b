import { existsSync, truncateSync } from "node:fs";
import { dirname, join } from "node:path";
import { contentLines, parseContent, readContentLines } from "../configuration/content.ts";
import type { Metric } from "../evaluate/metric.ts";
import { type StepRecord, stepRecordSchema } from "../train/step-record.ts";
import { appendJsonLine } from "./append-json-line.ts";
import { EventsFile } from "./events/events-file.ts";

export const METRICS = "metrics.jsonl";

/** The steps of a run's training, as its `metrics.jsonl` has them; none where there is no such file. */
export function readSteps(folder: string): StepRecord[] {
  return readContentLines(join(folder, METRICS), stepRecordSchema);
}

/** `metrics.jsonl`: one line for each step. Beside it, the same for TensorBoard. */
export class MetricsFile {
  private readonly path: string;
  private readonly events: EventsFile;

  constructor(folder: string) {
    this.path = join(folder, METRICS);
    this.events = new EventsFile(folder);
  }

  /** Drops the lines after `step`, which a resumed run writes again, and a line that was cut short. */
  keepUntil(step: number): void {
    const kept: StepRecord[] = [];
    let bytes = 0;
    for (const [index, line] of contentLines(this.path).entries()) {
      const record = parseContent(line, stepRecordSchema, `${this.path} line ${index + 1}`);
      if (record.step > step) break;
      kept.push(record);
      bytes += Buffer.byteLength(line);
    }
    if (existsSync(this.path)) truncateSync(this.path, bytes);
    this.events.write(kept);
  }

  append(record: StepRecord): void {
    appendJsonLine(this.path, record);
    this.events.append(record);
  }

  /** Tells TensorBoard what the evaluation after the last step gave. */
  evaluated(metrics: readonly Metric[]): void {
    this.events.write(this.read(), metrics);
  }

  read(): StepRecord[] {
    return readSteps(dirname(this.path));
  }
}
