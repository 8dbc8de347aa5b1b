import type { Observer } from "lat-engine/experiment";
import type { Progress } from "lat-system";
import { clearLine, duration, size } from "./output.ts";

/** How far one piece of work has come, drawn on stderr: a bar on a terminal, a line now and then elsewhere. */
export interface Display {
  /** A new piece of work begins; the one before is over. */
  begin(label: string, unit?: Unit): void;
  update(done: number, total: number, detail: string): void;
  /** A line of its own, above the bar. */
  say(text: string): void;
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
  /** When how much was done, since the work began. */
  readonly history: { readonly at: number; readonly done: number }[];
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
    else stream.write(`${[shown.label, ...figures(shown)].join(", ")}\n`);
  };
  const close = (): void => {
    if (!work) return;
    if (stream.isTTY || figures(work).length > 0) show(work);
    if (stream.isTTY) stream.write("\n");
    work = undefined;
  };
  return {
    begin(label, unit = String) {
      close();
      work = { label, unit, started: performance.now(), history: [], total: 0, detail: "" };
      show(work);
    },
    update(done, total, detail) {
      if (!work) return;
      const at = performance.now();
      work.history.push({ at, done });
      Object.assign(work, { total, detail });
      if (at - lastShown >= interval) show(work);
    },
    say(text) {
      if (work && isOver(work)) close();
      stream.write(`${stream.isTTY ? clearLine : ""}${text}\n`);
      if (work && stream.isTTY) show(work);
    },
    close,
  };
}

/** Shows what an experiment does. */
export function observe(display: Display): Observer {
  return {
    phase: (name, label) => display.begin(`${label} · ${name}`),
    progress: display.update,
    log: (level, message) =>
      display.say(level === "info" ? message : `${level === "warn" ? "warning" : level}: ${message}`),
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

function isOver({ history, total }: Work): boolean {
  return total > 0 && history.at(-1)!.done >= total;
}

function drawBar(work: Work, columns: number): string {
  const width = 24;
  const { label, history, total } = work;
  const filled = Math.round((width * (history.at(-1)?.done ?? 0)) / total);
  const bar = total > 0 ? ["█".repeat(filled) + "░".repeat(width - filled)] : [];
  // A line that wraps cannot be drawn over.
  return [label, ...bar, figures(work).join(", ")]
    .join(" ")
    .slice(0, columns - 1)
    .trimEnd();
}

/** `120/500`, `3 min left`, `loss 4.21` */
function figures(work: Work): string[] {
  const { unit, history, total, detail } = work;
  const last = history.at(-1);
  const amount = last && total > 0 ? [`${unit(last.done)}/${unit(total)}`] : [];
  return [...amount, ...timing(work), ...(detail ? [detail] : [])];
}

/** The time left goes by the later half of what is done: the first steps also compile. */
function timing(work: Work): string[] {
  const { started, history, total } = work;
  const last = history.at(-1);
  if (!last || total === 0) return [];
  if (isOver(work)) return [`in ${duration((last.at - started) / 1000)}`];
  const middle = history[Math.floor((history.length - 1) / 2)]!;
  const rate = (last.done - middle.done) / (last.at - middle.at);
  return rate > 0 ? [`${duration((total - last.done) / rate / 1000)} left`] : [];
}
