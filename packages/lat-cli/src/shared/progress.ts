import { SingleBar } from "cli-progress";
import type { Observer } from "lat-engine";
import type { Progress } from "lat-system";
import { duration, note, size, warn } from "./output.ts";

/** How far one piece of work has come, drawn on stderr: a bar on a terminal, a line now and then elsewhere. */
export interface Display {
  /** A new piece of work begins; the one before is over. */
  begin(label: string, unit?: Unit): void;
  update(done: number, total: number, detail: string): void;
  close(): void;
}

/** How amounts are written: `120`, `274 MB`. */
type Unit = (amount: number) => string;

interface Work {
  readonly label: string;
  readonly unit: Unit;
  readonly started: number;
  done: number;
  total: number;
  detail: string;
}

export function openDisplay(): Display {
  return process.stderr.isTTY ? barDisplay() : lineDisplay();
}

/** Shows what an experiment does. */
export function observe(display: Display): Observer {
  return {
    phase: (name, label) => display.begin(`${label} · ${name}`),
    progress: (done, total, detail) => display.update(done, total, detail),
    log: (level, message) => (level === "info" ? note(message) : warn(message)),
  };
}

/** Shows downloads and compilations. */
export function follow(display: Display): (progress: Progress) => void {
  let current = "";
  return ({ name, step, done, total }) => {
    const label = `${name} · ${step}`;
    if (label !== current) display.begin(label, size);
    current = label;
    display.update(done, total, "");
  };
}

/** One bar for each piece of work, redrawn ten times a second at most. */
function barDisplay(): Display {
  let work: Work | undefined;
  let bar: SingleBar | undefined;
  const close = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    begin(label, unit) {
      close();
      const begun = newWork(label, unit);
      work = begun;
      const format = () => drawBar(begun, process.stderr.columns ?? 80);
      bar = new SingleBar({ format, gracefulExit: false, linewrap: true });
      bar.start(1, 0);
    },
    update(done, total, detail) {
      if (work) Object.assign(work, { done, total, detail });
      bar?.setTotal(total);
      bar?.update(done);
    },
    close,
  };
}

/** For logs and pipes: a line when work begins, then one every ten seconds. */
function lineDisplay(): Display {
  const interval = 10_000;
  let work: Work | undefined;
  let lastLine = 0;
  return {
    begin(label, unit) {
      work = newWork(label, unit);
      lastLine = work.started;
      note(label);
    },
    update(done, total, detail) {
      if (!work || performance.now() - lastLine < interval) return;
      Object.assign(work, { done, total, detail });
      lastLine = performance.now();
      note(`${work.label} ${figures(work)}`);
    },
    close() {},
  };
}

function newWork(label: string, unit: Unit = String): Work {
  return { label, unit, started: performance.now(), done: 0, total: 0, detail: "" };
}

function drawBar(work: Work, columns: number): string {
  const width = 24;
  const filled = work.total > 0 ? Math.round((width * work.done) / work.total) : 0;
  const line = `${work.label} ${"█".repeat(filled)}${"░".repeat(width - filled)} ${figures(work)}`;
  // A line that wraps cannot be drawn over.
  return line.slice(0, columns - 1);
}

/** `120/500, 3 min left, loss 4.21` */
function figures({ started, unit, done, total, detail }: Work): string {
  const elapsed = (performance.now() - started) / 1000;
  const parts = [
    total > 0 && `${unit(done)}/${unit(total)}`,
    done > 0 && (done < total ? `${duration((elapsed * (total - done)) / done)} left` : `in ${duration(elapsed)}`),
    detail,
  ];
  return parts.filter((part) => part !== false && part !== "").join(", ");
}
