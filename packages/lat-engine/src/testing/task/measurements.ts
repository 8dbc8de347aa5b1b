import { disposeAll } from "lat-tensorflow";
import { validateContent } from "../../configuration/validate.ts";
import { evaluationSchema } from "../../evaluate/evaluation.ts";
import { initialize } from "../../model/initialize.ts";
import { lackOf } from "../../task/check-prepared.ts";
import { ensure } from "../check.ts";
import type { TaskWorld } from "../task-checks.ts";
import { digestOfTensors } from "../tensors.ts";

/** Means in an interval's centre and its value are rounded differently. */
const ROUNDING = 1e-9;

export async function everyTrojanHasCases({ prepare }: TaskWorld): Promise<void> {
  const prepared = await prepare();
  const lack = lackOf(prepared);
  ensure(lack === undefined, () => lack!);
  const metrics = prepared.poisoning?.metrics;
  ensure(metrics?.length !== 0, () => "something is poisoned, but no metric says what became of it");
  const unstated = metrics?.find((metric) => !(metric in prepared.cases));
  ensure(unstated === undefined, () => `${unstated} says what became of a trojan, but its cases are not stated`);
}

export async function measuresWithIntervals({ task, prepare }: TaskWorld): Promise<void> {
  const prepared = await prepare();
  const parameters = prepared.initialParameters?.() ?? initialize(prepared.model, 0);
  const before = digestOfTensors(parameters);
  try {
    const steps: [done: number, total: number][] = [];
    const context = { progress: (done: number, total: number) => steps.push([done, total]), warn: () => {} };
    const measure = async () =>
      validateContent(evaluationSchema, await prepared.evaluate(parameters, context), "the task's evaluation");
    const turns = countTurns();
    const { metrics } = await measure();
    ensure(
      turns() > 0,
      () => "the evaluation lets no signal in (Ctrl-C): await setImmediate of node:timers/promises between batches",
    );
    const names = metrics.map(({ name }) => name);
    const repeated = names.find((name, i) => names.indexOf(name) !== i);
    ensure(repeated === undefined, () => `two metrics are called "${repeated}"`);
    agreesWith(Object.keys(task.metrics), names);
    for (const axis of ["clean", "unforeseen"]) {
      ensure(
        metrics.some((metric) => metric.axis === axis),
        () => `no metric is on the axis "${axis}"`,
      );
    }
    for (const [name, count] of Object.entries(prepared.cases)) {
      const measured = metrics.find((metric) => metric.name === name)?.n;
      ensure(
        measured === count,
        () => `${name} is stated to have ${count} cases, and is measured on ${measured ?? "none"}`,
      );
    }
    for (const {
      name,
      value,
      interval: [low, high],
    } of metrics) {
      ensure(
        low <= value + ROUNDING && high >= value - ROUNDING,
        () => `${name} is ${value}, outside of its interval from ${low} to ${high}`,
      );
    }
    const [done, total] = steps.at(-1) ?? [0, 0];
    ensure(total > 0 && done === total, () => `progress ends at ${done} of ${total}, expected to reach its total`);
    ensure(digestOfTensors(parameters) === before, () => "the evaluation changes the parameters that it is given");
    const again = await measure();
    const different = metrics.find((metric, i) => JSON.stringify(metric) !== JSON.stringify(again.metrics[i]));
    ensure(different === undefined, () => `${different!.name}: measured again, the same network gives something else`);
  } finally {
    disposeAll(parameters);
  }
}

/** Whether every metric is among those that the task states, and those that it states are measured. */
function agreesWith(stated: readonly string[], measured: readonly string[]): void {
  const patterns = stated.map((name) => {
    const parts = name.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return { name, pattern: new RegExp(`^${parts.join(".+")}$`) };
  });
  const unstated = measured.find((name) => !patterns.some(({ pattern }) => pattern.test(name)));
  ensure(unstated === undefined, () => `"${unstated}" is measured, but not among the task's metrics`);
  const missing = patterns.find(({ pattern }) => !measured.some((name) => pattern.test(name)));
  ensure(missing === undefined, () => `"${missing!.name}" is among the task's metrics, but not measured`);
}

/** Counts how often the event loop turns until the number is asked for. */
function countTurns(): () => number {
  let turns = 0;
  let next = setImmediate(function count() {
    turns++;
    next = setImmediate(count);
  });
  return () => {
    clearImmediate(next);
    return turns;
  };
}
