import type { Estimate } from "../statistics/combine.ts";
import { paretoFront } from "../statistics/pareto.ts";
import type { Setting } from "../statistics/settings.ts";
import { placeLabels } from "./labels.ts";
import { metricScale, type Scale } from "./scale.ts";
import type { Kind } from "./theme.ts";

/** A network's figures on a pair of metrics. */
export interface Pair {
  readonly clean: Estimate;
  readonly unforeseen: Estimate;
}

export interface ScatterData {
  readonly settings: readonly (Pair & { readonly setting: Setting })[];
  /** The network before any defence. */
  readonly implanted: Pair | undefined;
}

/** A point that a layer of the scatter draws, in the units of the axes. */
export interface Row {
  readonly kind: Kind;
  readonly x: number;
  readonly y: number;
  /** ε, where the point has one. */
  readonly text?: string;
  /** What the line through a method's points goes by, and in which order. */
  readonly series?: string;
  readonly order?: number;
}

export interface Segment {
  readonly kind: Kind;
  readonly x: number;
  readonly y: number;
  readonly x2: number;
  readonly y2: number;
}

/** The rows of each layer and the two axes. */
export interface ScatterRows {
  readonly x: Scale;
  readonly y: Scale;
  readonly points: readonly Row[];
  readonly seeds: readonly Row[];
  readonly bars: readonly Segment[];
  readonly paths: readonly Row[];
  readonly front: readonly { readonly x: number; readonly y: number; readonly order: number }[];
  readonly labels: readonly Row[];
  readonly leaders: readonly Segment[];
}

/** `width` and `height` of the plotting area, in pixels, decide where labels find room. */
export function scatterRows(data: ScatterData, width: number, height: number): ScatterRows {
  const networks = [
    ...data.settings.map((pair) => ({ ...pair, kind: pair.setting.method as Kind })),
    ...(data.implanted ? [{ ...data.implanted, setting: undefined, kind: "implanted" as const }] : []),
  ];
  const x = metricScale(networks.map(({ clean }) => clean));
  const y = metricScale(networks.map(({ unforeseen }) => unforeseen));
  const points = networks.map(
    ({ kind, setting, clean, unforeseen }): Row => ({
      kind,
      x: x.show(clean.value),
      y: y.show(unforeseen.value),
      ...(setting && { series: `${setting.method} ${setting.site}`, order: setting.epsilon ?? 0 }),
      ...(setting && setting.epsilon !== null && { text: String(setting.epsilon) }),
    }),
  );
  const bars = networks.flatMap(({ kind, clean, unforeseen }, index) => {
    const point = points[index]!;
    return [
      { kind, x: x.show(clean.low), x2: x.show(clean.high), y: point.y, y2: point.y },
      { kind, x: point.x, x2: point.x, y: y.show(unforeseen.low), y2: y.show(unforeseen.high) },
    ];
  });
  return {
    x,
    y,
    points,
    bars,
    seeds: networks.flatMap(({ kind, clean, unforeseen }) =>
      clean.values.length < 2 || clean.values.length !== unforeseen.values.length
        ? []
        : clean.values.map((value, seed) => ({
            kind,
            x: x.show(value),
            y: y.show(unforeseen.values[seed]!),
          })),
    ),
    paths: points.filter((point) => point.text !== undefined),
    front: frontRows(data.settings, x, y),
    ...labelRows(points, bars, x, y, width, height),
  };
}

/**
 * The boundary of what the defended networks dominate: from each point of the front to the next over the corner that
 * both dominate, and from its ends to the frame.
 */
function frontRows(settings: readonly Pair[], x: Scale, y: Scale) {
  const [first] = settings;
  if (!first) return [];
  const better = [first.clean.better, first.unforeseen.better];
  const corner = (scale: Scale, direction: string) => scale.domain[direction === "lower" ? 1 : 0];
  const front = paretoFront(
    settings.map(({ clean, unforeseen }) => [clean.value, unforeseen.value]),
    better,
  )
    .map((index) => settings[index]!)
    .map(({ clean, unforeseen }) => ({ x: x.show(clean.value), y: y.show(unforeseen.value) }))
    .sort((a, b) => (better[0] === "lower" ? a.x - b.x : b.x - a.x));
  const ends = { x: corner(x, better[0]!), y: corner(y, better[1]!) };
  const steps = front.flatMap((point, index) => [{ x: point.x, y: front[index - 1]?.y ?? ends.y }, point]);
  return [...steps, { x: ends.x, y: front.at(-1)!.y }].map((point, order) => ({ ...point, order }));
}

function labelRows(
  points: readonly Row[],
  bars: readonly Segment[],
  x: Scale,
  y: Scale,
  width: number,
  height: number,
) {
  const across = (shown: number) => x.position(shown) * width;
  const down = (shown: number) => (1 - y.position(shown)) * height;
  const pixels = points.map((point) => ({ x: across(point.x), y: down(point.y), text: point.text ?? "" }));
  const lines = bars.map((bar) => ({
    left: across(bar.x) - 1,
    right: across(bar.x2) + 1,
    top: down(bar.y2) - 1,
    bottom: down(bar.y) + 1,
  }));
  const placed = placeLabels(pixels, lines, width, height).map((place, index) => ({
    ...points[index]!,
    x: x.at(place.x / width),
    y: y.at(1 - place.y / height),
    x2: points[index]!.x,
    y2: points[index]!.y,
    leader: place.leader,
  }));
  const labels = placed.filter((label) => label.text !== undefined);
  return { labels, leaders: labels.filter((label) => label.leader) };
}
