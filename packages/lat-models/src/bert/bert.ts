import type { Model, Stage, State } from "lat-engine";
import { attention, type Tensor } from "lat-tensorflow";
import { type BertConfig, type BertHead, checkBertConfig } from "./config.ts";
import {
  addAttention,
  addMlp,
  classify,
  embed,
  mlp,
  type Projections,
  parameterSpecs,
  pool,
  project,
} from "./layer.ts";

/**
 * A text classifier: a BERT encoder (bidirectional transformer with learned positions, layer norm after each addition)
 * whose pooled output a linear layer classifies.
 *
 * The first state holds `tokens` [batch, tokens] int32 and `mask` [batch, tokens], 1 for real tokens and 0 for padding
 * on the right; the last one holds `logits` [batch, classes] instead of the tokens. Other entries pass through.
 *
 * Sites: `embeddings` (words, positions and segments, normalised); for each layer N `layers.N.residual` (the residual
 * stream that enters it; in layer 0 that is `embeddings`), `layers.N.queries`, `.keys` and `.values` ([batch, tokens,
 * heads, width]) and `layers.N.mlp` (the MLP's output before it is added to the residual stream); `pooled` ([batch,
 * hidden], one vector for each text).
 *
 * Parameters have the names and layouts of Hugging Face's `BertForSequenceClassification`.
 */
export function bertClassifier(config: BertConfig, head: BertHead): Model {
  checkBertConfig(config, head);
  const layers = Array.from({ length: config.num_hidden_layers }, (_, index) => index);
  const stages: Stage[] = [
    embedStage(config),
    ...layers.flatMap((index) => layerStages(config, index)),
    poolStage(head),
    classifyStage,
  ];
  const site = (name: string, stage: string, key: string, tokens = true) => ({
    name,
    stage: stages.findIndex(({ name }) => name === stage),
    key,
    tokens,
  });
  return {
    name: "bert",
    parameters: parameterSpecs(config, head),
    stages,
    sites: [
      ...layers.flatMap((n) => [
        site(n === 0 ? "embeddings" : `layers.${n}.residual`, `layers.${n}.project`, "h"),
        site(`layers.${n}.queries`, `layers.${n}.attend`, "queries"),
        site(`layers.${n}.keys`, `layers.${n}.attend`, "keys"),
        site(`layers.${n}.values`, `layers.${n}.attend`, "values"),
        site(`layers.${n}.mlp`, `layers.${n}.add`, "mlp"),
      ]),
      site("pooled", "classify", "pooled", false),
    ],
    inputSite: "embeddings",
    xla: true,
  };
}

function embedStage(config: BertConfig): Stage {
  return {
    name: "embed",
    run(parameters, { tokens, ...rest }) {
      return { ...rest, h: embed(config, parameters, tokens!) };
    },
  };
}

/** A layer in three stages, cut where its sites lie. */
function layerStages(config: BertConfig, index: number): Stage[] {
  return [
    {
      name: `layers.${index}.project`,
      run(parameters, state) {
        return { ...state, ...project(config, parameters, index, state.h!) };
      },
    },
    {
      name: `layers.${index}.attend`,
      run(parameters, state) {
        const { queries, keys, values, h, ...rest } = state as State & Projections & { h: Tensor };
        const mixed = attention(queries, keys, values, rest.mask);
        const after = addAttention(config, parameters, index, h, mixed);
        return { ...rest, h: after, mlp: mlp(parameters, index, after) };
      },
    },
    {
      name: `layers.${index}.add`,
      run(parameters, { h, mlp, ...rest }) {
        return { ...rest, h: addMlp(config, parameters, index, h!, mlp!) };
      },
    },
  ];
}

function poolStage(head: BertHead): Stage {
  return {
    name: "pool",
    run(parameters, { h, ...rest }) {
      return { ...rest, pooled: pool(head, parameters, h!, rest.mask!) };
    },
  };
}

const classifyStage: Stage = {
  name: "classify",
  run(parameters, { pooled, ...rest }) {
    return { ...rest, logits: classify(parameters, pooled!) };
  },
};
