import type { Observer } from "lat-engine/experiment";
import type { Progress } from "lat-system";
import { clearLine, duration, size } from "./output.ts";
import { sweepClock } from "./sweep-clock.ts";

/** How far one piece of work has come, drawn on stderr: a bar on a terminal, a line now and then elsewhere. */
export interface Display {
  /** A new piece of work begins; the one before is over. */
  begin(label: string, unit?: Unit): void;
  /** @param overall how far the whole is of which this work is a part */
  update(done: number, total: number, detail: string, overall?: string): void;
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
  overall: string;
}

/** Characters of a bar that has room. */
const BAR = 24;
const SHORTEST_LABEL = 4;

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
      work = { label, unit, started: performance.now(), history: [], total: 0, detail: "", overall: "" };
      show(work);
    },
    update(done, total, detail, overall = "") {
      if (!work) return;
      const at = performance.now();
      work.history.push({ at, done });
      Object.assign(work, { total, detail, overall });
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

/** Shows what an experiment does, and of a sweep how far all of its runs are. */
export function observe(display: Display): Observer {
  const clock = sweepClock();
  let [runs, left] = [0, 0];
  const overall = (): string => {
    if (runs < 2) return "";
    const seconds = clock.secondsLeft();
    return [`run ${runs - left + 1}/${runs}`, ...(seconds === undefined ? [] : [`${duration(seconds)} in all`])].join(
      ", ",
    );
  };
  return {
    remaining(those) {
      left = those.length;
      runs = Math.max(runs, left);
      clock.remaining(those);
    },
    phase(name, label) {
      clock.phase(name, label);
      display.begin(`${label} · ${name}`);
    },
    progress(done, total, detail) {
      clock.progress(done, total, detail);
      display.update(done, total, detail, overall());
    },
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

/** One line: one that wraps cannot be drawn over. Where it is narrow the label is cut first, then the bar, figures last. */
function drawBar(work: Work, columns: number): string {
  const { history, total } = work;
  const text = figures(work).join(", ");
  const room = columns - 1 - (text === "" ? 0 : text.length + 1);
  const wanted = total > 0 ? BAR : 0;
  const label = shortened(work.label, room - (wanted === 0 ? 0 : wanted + 1));
  const width = Math.max(0, Math.min(wanted, room - (label === "" ? 0 : label.length + 1)));
  const filled = Math.round((width * (history.at(-1)?.done ?? 0)) / total);
  const bar = width > 0 ? "█".repeat(filled) + "░".repeat(width - filled) : "";
  const line = [label, bar, text].filter((part) => part !== "").join(" ");
  return line.slice(0, columns - 1).trimEnd();
}

/** `layers.1.resi…`; nothing where there is no room for a few letters of it. */
function shortened(label: string, room: number): string {
  if (label.length <= room) return label;
  return room < SHORTEST_LABEL ? "" : `${label.slice(0, room - 1).trimEnd()}…`;
}

/** `120/500`, `3 min left`, `loss 4.21`, `run 2/10, 3.1 h in all` */
function figures(work: Work): string[] {
  const { unit, history, total, detail, overall } = work;
  const last = history.at(-1);
  const amount = last && total > 0 ? [`${unit(last.done)}/${unit(total)}`] : [];
  return [...amount, ...timing(work), ...(detail ? [detail] : []), ...(overall ? [overall] : [])];
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
