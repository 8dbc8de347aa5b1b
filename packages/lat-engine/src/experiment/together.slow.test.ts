import { join } from "node:path";
import { outputOf, temporaryFolder } from "lat-system/testing";
import { expect, it } from "vitest";
import { silent } from "../records/observer.ts";
import type { Task } from "../task/task.ts";
import { figures, stepsIn, summaryIn, sweepingProcess } from "../testing/sweep-processes.ts";
import { toyTask } from "../testing/toy.ts";
import type { SweepRequest } from "./api.ts";
import { resolveSweep } from "./resolve.ts";
import { sweep } from "./sweep.ts";

const PROCESSES = 4;
const KILL_EVERY_MS = 5_000;

it("four processes on forty runs, one killed every five seconds and replaced, do all of them once, to the same bits", async () => {
  const request: SweepRequest = {
    ...{ preset: "nano", methods: ["ft", "rlp", "at", "lat"], epsilons: [0.25, 0.5, 1], seeds: [0, 1, 2, 3] },
    set: { "defend.epochs": 40 },
  };
  const out = join(temporaryFolder(), "sweep");
  const printed: string[] = [];
  let kills = 0;
  let ended = false;
  const alive = new Set<ReturnType<typeof sweepingProcess>>();
  const start = async (): Promise<void> => {
    const child = sweepingProcess(out, request, true);
    alive.add(child);
    const { stdout, stderr, code } = await outputOf(child);
    alive.delete(child);
    printed.push(stdout);
    if (child.signalCode === "SIGKILL") return ended ? undefined : start();
    expect([code, stderr]).toEqual([0, ""]);
    ended = true;
  };
  const timer = setInterval(() => {
    const [oldest] = alive;
    if (oldest?.kill("SIGKILL")) kills++;
  }, KILL_EVERY_MS);
  await Promise.all(Array.from({ length: PROCESSES }, start)).finally(() => clearInterval(timer));

  expect(kills).toBeGreaterThan(2);
  const configs = resolveSweep(toyTask, request);
  expect(configs).toHaveLength(40);
  expect(summaryIn(out).runs.map(({ status }) => status)).toEqual(Array(40).fill("complete"));
  // A run is taken once more for each time that its process was killed, and by nobody after it has ended.
  const takes = printed.flatMap((text) => [...text.matchAll(/^run \d+ of 40/gm)]);
  expect(takes.length).toBeLessThanOrEqual(40 + kills);
  const alone = join(temporaryFolder(), "alone");
  const whole = await sweep(toyTask as Task<never>, configs, { out: alone, resume: false, observer: silent });
  expect(figures(summaryIn(out))).toEqual(figures(whole));
  expect(stepsIn(out)).toEqual(stepsIn(alone));
}, 900_000);
