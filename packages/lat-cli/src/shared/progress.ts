import type { Observer } from "lat-engine";
import type { Progress } from "lat-system";
import { clearLine, duration, note, size, warn } from "./output.ts";

/** How far one piece of work has come, drawn on stderr: a bar on a terminal, a line now and then elsewhere. */
export interface Display {
  /** A new piece of work begins; the one before is over. */
  begin(label: string, unit?: Unit): void;
  update(done: number, total: number, detail: string): void;
  close(): void;
}

/** How amounts are written: `120`, `274 MB`. */
type Unit = (amount: number) => string;

/** What of a terminal, a pipe or a file is used. */
interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

interface Work {
  readonly label: string;
  readonly unit: Unit;
  readonly started: number;
  done: number;
  total: number;
  detail: string;
}

export function openDisplay(stream: Stream = process.stderr): Display {
  const interval = stream.isTTY ? 100 : 10_000;
  let work: Work | undefined;
  let lastShown = 0;
  const show = (shown: Work): void => {
    lastShown = performance.now();
    if (stream.isTTY) stream.write(`${clearLine}${drawBar(shown, stream.columns ?? 80)}`);
    else stream.write(`${shown.label} ${figures(shown)}`.trimEnd().concat("\n"));
  };
  const close = (): void => {
    if (!work) return;
    if (stream.isTTY || work.done > 0) show(work);
    if (stream.isTTY) stream.write("\n");
    work = undefined;
  };
  return {
    begin(label, unit = String) {
      close();
      work = { label, unit, started: performance.now(), done: 0, total: 0, detail: "" };
      show(work);
    },
    update(done, total, detail) {
      if (!work) return;
      Object.assign(work, { done, total, detail });
      if (performance.now() - lastShown >= interval) show(work);
    },
    close,
  };
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
