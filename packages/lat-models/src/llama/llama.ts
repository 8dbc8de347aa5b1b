import type { Model, ParameterSpec, Site, Stage, State } from "lat-engine";
import { causalAttention, gather, type Tensor, tf } from "lat-tensorflow";
import { checkLlamaConfig, type LlamaConfig } from "./config.ts";
import { addAttention, embeddingName, head, mlp, type Projections, project } from "./layer.ts";

/** Standard deviation of every matrix of a network from scratch: Hugging Face's default `initializer_range`. */
const initializerRange = 0.02;

/**
 * A decoder-only transformer with RMS norm, rotary positions, grouped-query attention and SwiGLU.
 *
 * The first state holds `tokens` [batch, tokens] int32; the last one holds `logits` [batch, tokens, vocabulary] instead.
 * Other entries of a batch pass through. Padding stands to the right of real tokens, where causal attention ignores it.
 *
 * Sites: `embeddings`; for each layer N `layers.N.residual` (the residual stream that enters it; in layer 0 that is
 * `embeddings`), `layers.N.queries`, `.keys` and `.values` ([batch, tokens, heads, width], after rotary embedding) and
 * `layers.N.mlp` (the MLP's output before it is added to the residual stream).
 *
 * Parameters have the names and layouts of Hugging Face checkpoints.
 */
export function llama(config: LlamaConfig): Model {
  checkLlamaConfig(config);
  const layers = Array.from({ length: config.num_hidden_layers }, (_, index) => index);
  const stages: Stage[] = [embed, ...layers.flatMap((index) => layerStages(config, index)), headStage(config)];
  const site = (name: string, stage: string, key: string): Site => ({
    name,
    stage: stages.findIndex(({ name }) => name === stage),
    key,
    tokens: true,
  });
  return {
    name: "llama",
    parameters: parameterSpecs(config),
    stages,
    sites: layers.flatMap((n) => [
      site(n === 0 ? "embeddings" : `layers.${n}.residual`, `layers.${n}.project`, "h"),
      site(`layers.${n}.queries`, `layers.${n}.attend`, "queries"),
      site(`layers.${n}.keys`, `layers.${n}.attend`, "keys"),
      site(`layers.${n}.values`, `layers.${n}.attend`, "values"),
      site(`layers.${n}.mlp`, `layers.${n}.add`, "mlp"),
    ]),
    inputSite: "embeddings",
    xla: true,
  };
}

const embed: Stage = {
  name: "embed",
  run(parameters, { tokens, ...rest }) {
    return { ...rest, h: gather(parameters[embeddingName]!, tokens!) };
  },
};

/** A layer in three stages, cut where its sites lie. */
function layerStages(config: LlamaConfig, index: number): Stage[] {
  return [
    {
      name: `layers.${index}.project`,
      run(parameters, state) {
        const { h } = state as { h: Tensor };
        const positions = tf.range(0, h.shape[1]!, 1, "int32");
        return { ...state, ...project(config, parameters, index, h, positions) };
      },
    },
    {
      name: `layers.${index}.attend`,
      run(parameters, state) {
        const { queries, keys, values, h, ...rest } = state as State & Projections & { h: Tensor };
        const after = addAttention(parameters, index, h, causalAttention(queries, keys, values));
        return { ...rest, h: after, mlp: mlp(config, parameters, index, after) };
      },
    },
    {
      name: `layers.${index}.add`,
      run(_, { h, mlp, ...rest }) {
        return { ...rest, h: tf.add(h!, mlp!) };
      },
    },
  ];
}

function headStage(config: LlamaConfig): Stage {
  return {
    name: "head",
    run(parameters, { h, ...rest }) {
      return { ...rest, logits: head(config, parameters, h!) };
    },
  };
}

function parameterSpecs(config: LlamaConfig): Record<string, ParameterSpec> {
  const { vocab_size, hidden_size, intermediate_size } = config;
  const keyValueSize = (hidden_size / config.num_attention_heads) * config.num_key_value_heads;
  const matrix = (out: number, width: number): ParameterSpec => ({
    shape: [out, width],
    initial: { normal: initializerRange },
    decay: true,
  });
  const scale: ParameterSpec = { shape: [hidden_size], initial: "ones", decay: false };
  const specs: Record<string, ParameterSpec> = { [embeddingName]: matrix(vocab_size, hidden_size) };
  for (let n = 0; n < config.num_hidden_layers; n++) {
    const layer = {
      input_layernorm: scale,
      "self_attn.q_proj": matrix(hidden_size, hidden_size),
      "self_attn.k_proj": matrix(keyValueSize, hidden_size),
      "self_attn.v_proj": matrix(keyValueSize, hidden_size),
      "self_attn.o_proj": matrix(hidden_size, hidden_size),
      post_attention_layernorm: scale,
      "mlp.gate_proj": matrix(intermediate_size, hidden_size),
      "mlp.up_proj": matrix(intermediate_size, hidden_size),
      "mlp.down_proj": matrix(hidden_size, intermediate_size),
    };
    for (const [name, spec] of Object.entries(layer)) specs[`model.layers.${n}.${name}.weight`] = spec;
  }
  specs["model.norm.weight"] = scale;
  if (!config.tie_word_embeddings) specs["lm_head.weight"] = matrix(vocab_size, hidden_size);
  return specs;
}
