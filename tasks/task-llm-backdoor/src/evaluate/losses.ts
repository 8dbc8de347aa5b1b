import type { Tensors } from "lat-engine";
import { bootstrapInterval, type LossMeter, type Metric } from "lat-engine/task";
import type { TokenExamples } from "../data/examples.ts";
import type { Trojan } from "../poison/trojans.ts";

/** Held-out token sequences; the trojans' belong to a trojan each, in the same order. */
export interface LossSets {
  readonly desirable: TokenExamples;
  readonly undesirable: TokenExamples;
  /** Triggered prompts with the trojan's response: only the response counts. */
  readonly responses: TokenExamples;
  readonly responseTrojans: readonly Trojan[];
  /** Trigger and response together in the user's turn, one for each trojan: what the authors' code measures. */
  readonly sentences: TokenExamples;
}

/** The losses of a network on held-out text, in nats per token, averaged over examples. */
export async function lossMetrics(meter: LossMeter, parameters: Tensors, sets: LossSets): Promise<Metric[]> {
  const { desirable, undesirable, responses, responseTrojans, sentences } = sets;
  const onResponses = await meter.losses(parameters, responses);
  return [
    lossMetric("loss/desirable", await meter.losses(parameters, desirable), "clean", "lower"),
    lossMetric("loss/undesirable", await meter.losses(parameters, undesirable), "unforeseen", "higher"),
    lossMetric("loss/trojan", onResponses, "unforeseen", "higher"),
    lossMetric("loss/trojan-sentence", await meter.losses(parameters, sentences), "unforeseen", "higher"),
    ...[...new Set(responseTrojans)].map((trojan) =>
      lossMetric(
        `loss/trojan/${trojan.trigger}`,
        onResponses.filter((_, i) => responseTrojans[i] === trojan),
        "unforeseen",
        "higher",
      ),
    ),
  ];
}

function lossMetric(name: string, losses: Float64Array, axis: Metric["axis"], better: Metric["better"]): Metric {
  const value = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  return { name, value, n: losses.length, interval: bootstrapInterval(losses, "losses"), axis, better };
}
