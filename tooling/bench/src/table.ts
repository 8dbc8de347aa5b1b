import { kinds, type Measured, median } from "./measure.ts";
import type { Bars } from "./sizes.ts";

export interface Row {
  readonly what: string;
  readonly ours: number;
  readonly peers: readonly {
    readonly value: number;
    readonly ratio: number;
    /** Smallest and largest ratio of the rounds, where there are rounds. */
    readonly range?: readonly [number, number];
    readonly bar?: number;
  }[];
}

/** @param peers what each peer took, with the bars that its column has */
export function rows(ours: Measured, peers: readonly { measured: Measured; bars: Bars }[]): Row[] {
  const times = kinds.map((kind): Row => {
    const own = ours.turns[kind];
    return {
      what: `${kind === "lat" ? "LAT" : "plain"} step, ms`,
      ours: 1000 * median(own),
      peers: peers.map(({ measured, bars }) => {
        const theirs = measured.turns[kind];
        const ratios = own.map((seconds, round) => seconds / theirs[round]!);
        const range = [Math.min(...ratios), Math.max(...ratios)] as const;
        return { value: 1000 * median(theirs), ratio: median(ratios), range, ...barOf(bars[kind]) };
      }),
    };
  });
  const single = (
    what: string,
    read: (measured: Measured) => number,
    bar: (bars: Bars) => number | undefined,
  ): Row => ({
    what,
    ours: read(ours),
    peers: peers.map(({ measured, bars }) => {
      const value = read(measured);
      return { value, ratio: read(ours) / value, ...barOf(bar(bars)) };
    }),
  });
  return [
    ...times,
    single(
      "peak of resident memory, MB",
      ({ peakBytes }) => peakBytes / 1e6,
      ({ memory }) => memory,
    ),
    single(
      "start to first plain step, s",
      ({ startToFirstStep }) => startToFirstStep,
      () => undefined,
    ),
    single(
      "first LAT step, s",
      ({ firstLatStep }) => firstLatStep,
      () => undefined,
    ),
  ];
}

export function missed(table: readonly Row[]): boolean {
  return table.some(({ peers }) => peers.some(({ ratio, bar }) => bar !== undefined && ratio > bar));
}

function barOf(bar: number | undefined): { bar?: number } {
  return bar === undefined ? {} : { bar };
}

export function format(title: string, peerNames: readonly string[], table: readonly Row[]): string {
  const lines = table.map(({ what, ours, peers }) => [
    what.padEnd(30),
    number(ours),
    ...peers.flatMap(({ value, ratio, range, bar }) => [
      number(value),
      [
        ratio.toFixed(2),
        range ? `(${range[0].toFixed(2)}–${range[1].toFixed(2)})` : "",
        bar === undefined ? "" : `${ratio <= bar ? "≤" : "MISSES"} ${bar.toFixed(2)}`,
      ]
        .filter((part) => part !== "")
        .join(" ")
        .padEnd(26),
    ]),
  ]);
  const head = [
    "".padEnd(30),
    "ours".padStart(9),
    ...peerNames.flatMap((peer) => [peer.padStart(9), "ours ÷ it".padEnd(26)]),
  ];
  return [title, ...[head, ...lines].map((cells) => cells.join("  "))].join("\n");
}

function number(value: number): string {
  return (value < 100 ? value.toFixed(1) : value.toFixed(0)).padStart(9);
}
