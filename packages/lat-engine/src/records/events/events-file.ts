import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileError } from "lat-system";
import type { Metric } from "../../evaluate/metric.ts";
import type { StepRecord } from "../../train/step-record.ts";
import { decodeMoment, encodeScalars, encodeVersion } from "./event.ts";
import { readRecords, toRecord } from "./record.ts";

/** TensorBoard takes a file for one of its own by `tfevents` in its name. */
export const EVENTS = "events.out.tfevents";

/**
 * What TensorBoard shows of a run: a view of `metrics.jsonl` and of the evaluation, from which it is written anew when a
 * run starts, is resumed or is evaluated, so that it cannot say anything else than they do. Its own are only the times,
 * which are real, for TensorBoard to draw figures over hours; nothing is computed from them.
 */
export class EventsFile {
  private readonly path: string;

  constructor(folder: string) {
    this.path = join(folder, EVENTS);
  }

  /**
   * Writes the whole file, steps that are in it already with the times that they have there. It is written in place,
   * since a TensorBoard that is watching keeps the file open: but for times, the bytes it has read stay the same.
   */
  write(steps: readonly StepRecord[], evaluation: readonly Metric[] = []): void {
    const times = this.readTimes();
    const timeOf = (step: number): number => times.get(step) ?? now();
    const events = [
      encodeVersion(timeOf(0)),
      ...steps.map((record) => encodeStep(record, timeOf(record.step))),
      ...(evaluation.length > 0 ? [encodeEvaluation(evaluation, steps.at(-1)?.step ?? 0, now())] : []),
    ];
    this.store(writeFileSync, Buffer.concat(events.map(toRecord)));
  }

  append(record: StepRecord): void {
    this.store(appendFileSync, toRecord(encodeStep(record, now())));
  }

  /** When each step was first written, in seconds since 1970; under 0 the file itself. */
  private readTimes(): Map<number, number> {
    const times = new Map<number, number>();
    if (!existsSync(this.path)) return times;
    for (const record of readRecords(readFileSync(this.path))) {
      const { step, wallTime } = decodeMoment(record);
      if (!times.has(step)) times.set(step, wallTime);
    }
    return times;
  }

  private store(write: (path: string, content: Buffer) => void, content: Buffer): void {
    try {
      write(this.path, content);
    } catch (cause) {
      throw fileError("write", this.path, cause);
    }
  }
}

/** A training step as scalars; those of the attack only where there was one, the boundary's share only after ascents. */
export function encodeStep(record: StepRecord, wallTime: number): Buffer {
  const { step, loss, gradientNorm, learningRate, validationLoss, attackLosses, attackShares } = record;
  const scalars = {
    "train/loss": loss,
    "train/gradient-norm": gradientNorm,
    "train/learning-rate": learningRate,
    ...(validationLoss !== undefined && { "validate/loss": validationLoss }),
    ...(attackLosses && { "attack/loss-before": attackLosses[0]!, "attack/loss-after": attackLosses.at(-1)! }),
    ...(attackShares && { "attack/boundary-share": attackShares[2] }),
  };
  return encodeScalars({ wallTime, step, scalars });
}

/** The metrics' values as scalars at the last step. */
export function encodeEvaluation(metrics: readonly Metric[], step: number, wallTime: number): Buffer {
  const scalars = Object.fromEntries(metrics.map(({ name, value }) => [`evaluate/${name}`, value]));
  return encodeScalars({ wallTime, step, scalars });
}

function now(): number {
  return Date.now() / 1000;
}
