import type { PrepareContext, Prepared, Task } from "../task/task.ts";
import { type Check, ensure } from "./check.ts";
import { aimsOrRefuses } from "./task/aims.ts";
import { answersBadData, answersBadOptions, declaresCompletePresets } from "./task/declarations.ts";
import { eagerStepsAreTheSame } from "./task/eager.ts";
import {
  batchesDependOnArguments,
  lengthsFit,
  loadingRepeats,
  nothingContradicts,
  poisoningReloads,
  splitsAreDisjoint,
} from "./task/examples.ts";
import { everyTrojanHasCases, measuresWithIntervals } from "./task/measurements.ts";
import { everyMethodTrains, killedRunResumes } from "./task/runs.ts";
import { leavesNothing } from "./tensors.ts";

export interface TaskCase<Options> {
  readonly task: Task<Options>;
  /** Small: an experiment with these takes seconds. */
  readonly options: Options;
  /** Where the task's data are, if not in the per-user cache: made-up packages. */
  readonly context?: Partial<PrepareContext>;
}

/** A case with what its checks share. */
export interface TaskWorld<Options = unknown> extends TaskCase<Options> {
  readonly context: PrepareContext;
  /** Prepares anew. */
  prepare(): Promise<Prepared>;
}

/**
 * What holds of every task: what it declares is valid, what it loads depends on its options alone and is in one part, what
 * it poisons reaches the network and is poisoned again from the stored plan, what it measures has denominators and intervals, and every method trains on it
 * and resumes to the bit.
 */
export function taskChecks<Options>(given: TaskCase<Options>): Check[] {
  const context: PrepareContext = {
    packageFolder(name) {
      throw new Error(`the case gives no folder for the package ${name}: its context needs packageFolder`);
    },
    progress: () => {},
    ...given.context,
  };
  const world: TaskWorld<Options> = { ...given, context, prepare: () => given.task.prepare(given.options, context) };
  const check = (name: string, body: (world: TaskWorld) => void | Promise<void>): Check => ({
    name,
    run: () => leavesNothing(name, () => body(world as unknown as TaskWorld)),
  });
  return [
    check("presets are complete and valid for every method", declaresCompletePresets),
    check("options that do not exist or make no sense are answered with their key", answersBadOptions),
    check("data that holds nothing is answered with its path", answersBadData),
    check("the sites that the task states are the model's", statesTheSites),
    check("loading repeats to the bit", loadingRepeats),
    check("a batch depends on its arguments alone", batchesDependOnArguments),
    check("lengths are those of the examples, and fit the buckets", lengthsFit),
    check("nothing is in two parts of the data", splitsAreDisjoint),
    check("no content has two labels", nothingContradicts),
    check(
      "what is poisoned reaches the network, hits its share and is repeated from the stored plan",
      poisoningReloads,
    ),
    check("every trojan has held-out cases before anything is trained", everyTrojanHasCases),
    check("every metric has a denominator and an interval, and repeats", measuresWithIntervals),
    check("every method trains two steps, each to another network", everyMethodTrains),
    check("operation by operation a step of every method is the same, and an evaluation ends", eagerStepsAreTheSame),
    check("a targeted attack raises its targets, or is refused at once", aimsOrRefuses),
    check("a run that was killed resumes to the same bits", killedRunResumes),
  ];
}

async function statesTheSites({ task, options, prepare }: TaskWorld): Promise<void> {
  const { model } = await prepare();
  const stated = task.sites(options);
  const names = model.sites.map(({ name }) => name);
  ensure(
    String(stated.names) === String(names),
    () => `sites() states ${stated.names.join(", ")}; the model has ${names.join(", ")}`,
  );
  ensure(
    stated.input === model.inputSite,
    () => `sites() states the input ${stated.input}; the model has ${model.inputSite}`,
  );
}
