import { UsageError } from "lat-system";
import { type Tensor, tf } from "lat-tensorflow";
import type { Box } from "../ball/norm.ts";
import type { AttackConfig } from "../configuration/config.ts";
import type { Site } from "../model/model.ts";

type Asked = AttackConfig["range"];

/** @throws UsageError where a range is asked for that the sites cannot keep */
export function checkRange(sites: readonly Site[], asked: Asked): void {
  const [first, ...later] = sites;
  if (later.length > 0 && (asked !== "none" || later.some(({ range }) => range))) {
    throw new UsageError(
      `attack.range: received ${JSON.stringify(asked)} with the sites ${sites.map(({ name }) => name).join(" and ")}; ` +
        "expected a range for the first of them alone, since what enters a later one depends on the perturbation",
    );
  }
  const own = first!.range;
  if (!own || typeof asked === "string" || Math.max(own[0], asked[0]) < Math.min(own[1], asked[1])) return;
  throw new UsageError(
    `attack.range: received [${asked.join(", ")}], but the values at ${first!.name} are always within [${own.join(", ")}]; ` +
      "expected a range that has more than a point in common with it",
  );
}

/**
 * Bounds of δ that keep h + δ within the range asked for and the site's own, which only a network's input has. Where h is
 * outside of these it may stay, and move towards them: no perturbation is always allowed.
 */
export function boxOf({ range: own }: Site, h: Tensor, asked: Asked): Box | undefined {
  const given = asked === "batch" ? ([tf.min(h), tf.max(h)] as const) : asked;
  const ranges = [...(given === "none" ? [] : [given]), ...(own ? [own] : [])];
  if (ranges.length === 0) return undefined;
  const zero = tf.zerosLike(h);
  const lows = ranges.map(([low]) => tf.sub(low, h));
  const highs = ranges.map(([, high]) => tf.sub(high, h));
  return {
    low: tf.minimum(
      lows.reduce((a, b) => tf.maximum(a, b)),
      zero,
    ),
    high: tf.maximum(
      highs.reduce((a, b) => tf.minimum(a, b)),
      zero,
    ),
  };
}
