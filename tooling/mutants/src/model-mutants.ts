import { type ModelCase, modelChecks } from "lat-engine/testing";
import type { Mutant, Subject } from "./mutant.ts";

/** One architecture with its small network. */
const architecture = (name: string, mutants: readonly Mutant[]): Subject => ({
  name,
  package: "lat-models",
  module: "testing/cases.ts",
  checks: ({ cases }: { cases: Readonly<Record<string, ModelCase>> }) => modelChecks(cases[name]!),
  mutants,
});

export const modelSubjects: readonly Subject[] = [
  architecture("llama", [
    {
      bug: "a site is the entry that its stage does not read",
      file: "llama/llama.ts",
      find: "h: tf.add(h!, mlp!)",
      replace: "h: tf.add(h!, tf.mul(mlp!, 0))",
    },
    {
      bug: "a site is stated a stage too late",
      file: "llama/llama.ts",
      find: 'attend`, "queries")',
      replace: 'add`, "queries")',
    },
    {
      bug: "the MLP of an example adds the mean over the batch",
      file: "llama/llama.ts",
      find: "h: after, mlp: mlp(config, parameters, index, after) }",
      replace: "h: after, mlp: tf.add(mlp(config, parameters, index, after), tf.mean(after, 0)) }",
    },
    {
      bug: "values do not carry their gradient",
      file: "llama/layer.ts",
      find: 'values: heads("v"),',
      replace:
        'values: tf.customGrad((x) => ({ value: tf.clone(x as Tensor), gradFunc: (dy) => tf.mul(dy, 0.5) }))(heads("v")),',
    },
    {
      bug: "a parameter is stated that nothing reads",
      file: "llama/llama.ts",
      find: 'specs["model.norm.weight"] = scale;',
      replace: 'specs["model.norm.weight"] = scale;\n  specs["model.norm.bias"] = scale;',
    },
    {
      bug: "dropout is left on",
      file: "llama/llama.ts",
      find: "h: gather(parameters[embeddingName]!, tokens!)",
      replace: "h: tf.dropout(gather(parameters[embeddingName]!, tokens!) as never, 0.1)",
    },
  ]),
  architecture("bert", [
    {
      bug: "padding takes part in attention",
      file: "bert/bert.ts",
      find: "attention(queries, keys, values, rest.mask)",
      replace: "attention(queries, keys, values)",
    },
    {
      bug: "padding takes part in the mean over tokens",
      file: "bert/layer.ts",
      find: 'tf.cast(mask, "float32")',
      replace: 'tf.onesLike(tf.cast(mask, "float32"))',
    },
    {
      bug: "every pass keeps a tensor",
      file: "bert/layer.ts",
      find: "const real = tf.reshape(",
      replace: "tf.keep(tf.scalar(1));\n  const real = tf.reshape(",
    },
  ]),
  architecture("resnet", [
    {
      bug: "evaluation normalises by the batch",
      file: "resnet/layer.ts",
      find: 'if (mode === "evaluate") {',
      replace: 'if (mode !== "evaluate" && mode !== "train") {',
    },
    {
      bug: "the running variance is never updated",
      file: "resnet/layer.ts",
      find: "follow(variance, statistics.variance)",
      replace: "variance",
    },
    {
      bug: "pixels are stated to end at a half",
      file: "resnet/resnet.ts",
      find: "range: [0, 1] }",
      replace: "range: [0, 0.5] }",
    },
  ]),
];
