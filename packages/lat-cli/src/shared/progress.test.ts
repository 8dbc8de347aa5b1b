import type { RunConfig } from "lat-engine/records";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { follow, observe, openDisplay } from "./progress.ts";

/** A stream that remembers what was written. */
function stream(properties: { isTTY?: boolean; columns?: number } = {}) {
  const written: string[] = [];
  return { ...properties, written, write: (text: string) => written.push(text) };
}

let now = 0;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("on a pipe", () => {
  it("writes a line when work begins, every ten seconds, and when it ends", () => {
    const out = stream();
    const observer = observe(openDisplay(out));
    observer.phase("defend", "lat ε 8 seed 0");
    for (let step = 1; step <= 25; step++) {
      now += 1000;
      observer.progress(step, 100, `loss ${step}`);
    }
    observer.phase("evaluate", "lat ε 8 seed 0");
    expect(out.written).toEqual([
      "lat ε 8 seed 0 · defend\n",
      "lat ε 8 seed 0 · defend, 10/100, 90 s left, loss 10\n",
      "lat ε 8 seed 0 · defend, 20/100, 80 s left, loss 20\n",
      "lat ε 8 seed 0 · defend, 25/100, 75 s left, loss 25\n",
      "lat ε 8 seed 0 · evaluate\n",
    ]);
  });

  it("shows sizes of downloads", () => {
    const out = stream();
    const display = openDisplay(out);
    const report = follow(display);
    report({ name: "a", step: "download", done: 0, total: 274e6 });
    now += 2000;
    report({ name: "a", step: "download", done: 137e6, total: 274e6 });
    report({ name: "a", step: "extract", done: 0, total: 0 });
    display.close();
    expect(out.written).toEqual(["a · download\n", "a · download, 137 MB/274 MB, 2 s left\n", "a · extract\n"]);
  });
});

describe("on a terminal", () => {
  it("redraws one line ten times a second at most, no wider than the terminal", () => {
    const out = stream({ isTTY: true, columns: 50 });
    const display = openDisplay(out);
    display.begin("defend");
    for (let step = 1; step <= 10; step++) {
      now += 40;
      display.update(step, 20, "a detail that would not fit into the line");
    }
    display.close();
    const lines = out.written.join("").split("\r\u001b[2K").slice(1);
    expect(lines).toHaveLength(5);
    expect(lines[0]).toBe("defend");
    expect(lines[3]).toBe("9/20, 0 s left, a detail that would not fit into");
    expect(lines.at(-1)!.endsWith("\n")).toBe(true);
    for (const line of lines) expect(line.trimEnd().length).toBeLessThan(50);
  });

  it.each([
    [100, "lat ε 8 layers.1.residual seed 0 · defend ██████████████░░░░░░░░░░ 60/100, 40 s left, loss 4.21"],
    [80, "lat ε 8 layers.1.residua… ██████████████░░░░░░░░░░ 60/100, 40 s left, loss 4.21"],
    [60, "lat… ██████████████░░░░░░░░░░ 60/100, 40 s left, loss 4.21"],
    [50, "████████████░░░░░░░░ 60/100, 40 s left, loss 4.21"],
    [32, "█░ 60/100, 40 s left, loss 4.21"],
    [29, "60/100, 40 s left, loss 4.21"],
    [20, "60/100, 40 s left, "],
  ])("keeps count, time and loss in %i columns: the label is cut first, then the bar", (columns, expected) => {
    const out = stream({ isTTY: true, columns });
    const display = openDisplay(out);
    display.begin("lat ε 8 layers.1.residual seed 0 · defend");
    for (let step = 1; step <= 60; step++) {
      now += 1000;
      display.update(step, 100, "loss 4.21");
    }
    expect(out.written.at(-1)).toBe(`\r\u001b[2K${expected.trimEnd()}`);
  });

  it("shows how far a sweep is in all, where there is room", () => {
    const lines = [120, 60].map((columns) => {
      now = 0;
      const out = stream({ isTTY: true, columns });
      const observer = observe(openDisplay(out));
      observer.phase("evaluate", "implanted network");
      now += 10_000;
      observer.progress(1, 1, "losses");
      const run = { method: "ft", attack: { steps: 0 } } as RunConfig;
      observer.remaining!([run, { ...run }, { ...run }]);
      observer.phase("defend", "ft seed 0");
      now += 5000;
      observer.progress(25, 100, "loss 1");
      return out.written.at(-1)!;
    });
    // Three trainings of 20 s, of which 5 are over, and three evaluations of 10 s.
    expect(lines[0]).toContain("25/100, loss 1, run 1/3, 85 s in all");
    expect(lines[1]).toContain("25/100, loss 1");
  });

  it("writes a line above the bar, or below one that is full", () => {
    const out = stream({ isTTY: true, columns: 80 });
    const display = openDisplay(out);
    display.begin("defend");
    display.say("news");
    display.update(1, 1, "");
    display.say("more");
    const bar = `defend ${"█".repeat(24)} 1/1, in 0 s`;
    const clear = "\r\u001b[2K";
    expect(out.written.join("")).toBe(`${clear}defend${clear}news\n${clear}defend${clear}${bar}\n${clear}more\n`);
  });

  it("tells the time left by the later half, since the first steps also compile", () => {
    const out = stream({ isTTY: true, columns: 80 });
    const display = openDisplay(out);
    display.begin("defend");
    now += 60_000;
    for (let step = 1; step <= 10; step++) {
      now += 1000;
      display.update(step, 100, "");
    }
    expect(out.written.at(-1)).toContain("10/100, 90 s left");
  });
});
