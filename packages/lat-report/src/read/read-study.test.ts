import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LatError, UsageError } from "lat-system";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { usualRuns, writeLoneRun, writeSweep, writeText } from "../testing/sweep-folder.ts";
import { readStudy } from "./read-study.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lat-report-"));
});
afterEach(() => rm(folder, { recursive: true }));

const some = usualRuns.slice(0, 2);

async function edit(file: string, change: (content: Record<string, unknown>) => unknown) {
  const path = join(folder, file);
  await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, "utf8")))));
}

async function refusal(): Promise<LatError> {
  const error = await readStudy(folder).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(LatError);
  return error as LatError;
}

test("a sweep is read with its runs, their training and what they said", async () => {
  await writeSweep(folder, some);
  const study = await readStudy(folder);
  expect(study).toMatchObject({ kind: "sweep", task: "task-made-up", provenance: { command: expect.any(String) } });
  expect(study.runs).toHaveLength(2);
  expect(study.runs[1]!.progress).toHaveLength(250);
  expect(study.implanted!.samples[0]!.output).toBe("Hello!");
});

test("a lone run is read without a sweep around it", async () => {
  await writeLoneRun(folder, some[1]!);
  const study = await readStudy(folder);
  expect(study).toMatchObject({ kind: "run", task: "task-made-up", preset: "nano", implanted: undefined });
  expect(study.runs[0]!.summary.method).toBe("rlp");
});

test("a line that a killed run left unfinished is not a step", async () => {
  await writeSweep(folder, some);
  await appendFile(join(folder, "runs/ft-seed0/metrics.jsonl"), '{"step": 25');
  expect((await readStudy(folder)).runs[0]!.progress).toHaveLength(250);
});

describe("bad input", () => {
  test("no folder, a file, a folder of something else", async () => {
    await expect(readStudy(join(folder, "none"))).rejects.toThrow(/none is not there: give the folder of a sweep/);
    await writeText(join(folder, "a.txt"), "");
    await expect(readStudy(join(folder, "a.txt"))).rejects.toThrow("a.txt is a file");
    expect(await refusal()).toBeInstanceOf(UsageError);
    await expect(readStudy(folder)).rejects.toThrow(/holds neither summary.json \(a sweep\) nor result.json \(a run\)/);
  });

  test("malformed JSON names the file and what was expected", async () => {
    await writeSweep(folder, some);
    await writeText(join(folder, "summary.json"), '{"schema": 1, "runs": [');
    expect((await refusal()).message).toMatch(/summary\.json is not JSON: /);
  });

  test("a wrong line of training names the line", async () => {
    await writeSweep(folder, some);
    await appendFile(join(folder, "runs/ft-seed0/metrics.jsonl"), "oops\n");
    expect((await refusal()).message).toMatch(/ft-seed0\/metrics\.jsonl line 251 is not JSON/);
  });

  test("a wrong shape names the keys", async () => {
    await writeSweep(folder, some);
    await edit("summary.json", (summary) => ({ ...summary, implanted: { metrics: 3 } }));
    const { message, exitCode } = await refusal();
    expect(message).toMatch(
      /summary\.json does not hold what it should:\nimplanted\.metrics: received 3, expected a list/,
    );
    expect(exitCode).toBe(1);
  });

  test("another version of the summary says which is read", async () => {
    await writeSweep(folder, some);
    await edit("summary.json", (summary) => ({ ...summary, schema: 2 }));
    expect((await refusal()).message).toContain("has schema 2; this version reads schema 1");
  });

  test("a sweep without runs has nothing to report", async () => {
    await writeSweep(folder, []);
    expect((await refusal()).message).toContain("lists no runs");
  });

  test("a lone run without its configuration", async () => {
    await writeLoneRun(folder, some[0]!);
    await rm(join(folder, "config.yaml"));
    expect((await refusal()).message).toContain("config.yaml");
  });
});
