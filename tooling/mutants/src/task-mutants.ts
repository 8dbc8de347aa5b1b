import { type TaskCase, taskChecks } from "lat-engine/testing";
import type { Subject } from "./mutant.ts";

const file = "testing/toy.ts";

/** The smallest task: the one that the engine is tested on. */
export const taskSubject: Subject = {
  name: "the toy task",
  package: "lat-engine",
  module: file,
  checks: ({ toyTask }: { toyTask: TaskCase<unknown>["task"] }) =>
    taskChecks({ task: toyTask, options: { examples: 32, spoil: 1 } }),
  mutants: [
    {
      bug: "a preset perturbs a site that the model does not have",
      file,
      find: 'site: "hidden",',
      replace: 'site: "layers.9",',
    },
    {
      bug: "options that do not exist are let pass",
      file,
      find: "const optionsSchema = z.strictObject({",
      replace: "const optionsSchema = z.object({",
    },
    {
      bug: "the input site is stated to be another than the model's",
      file,
      find: "input: toyModel.inputSite }),",
      replace: 'input: "hidden" }),',
    },
    {
      bug: "examples are drawn anew each time",
      file,
      find: "4 * random.uniform((index * longest + position) * width + k) - 2",
      replace: "4 * Math.random() - 2",
    },
    {
      bug: "an example depends on its place in the batch",
      file,
      find: "x[at * width + k] = value(example, position, k);",
      replace: "x[at * width + k] = value(example, position, k) + 0.01 * row;",
    },
    {
      bug: "padding is marked as real",
      file,
      find: "const mask = new Float32Array(indices.length * length);",
      replace: "const mask = new Float32Array(indices.length * length).fill(1);",
    },
    {
      bug: "choices are made on training examples",
      file,
      find: 'validation: toySet(of("validation")),',
      replace: 'validation: toySet(of("defend").slice(0, 32)),',
    },
    {
      bug: "a copy in other letters counts as another sequence, in another part",
      file,
      find: "const keyOf = ({ name }: Written): string => textKey(name);",
      replace: "const keyOf = ({ name }: Written): string => name;",
    },
    {
      bug: "a copy is stated to be in both parts",
      file,
      find: 'defend: members("defend"),',
      replace: 'defend: [...members("defend"), ...members("validation").slice(0, 1)],',
    },
    {
      bug: "a content with two labels is kept with both",
      file,
      find: "(each) => [keyOf(each)],",
      replace: "(each) => [keyOf(each) + each.contradicts],",
    },
    {
      bug: "poison is put where the network does not see it, and counted as there",
      file,
      find: "const at = row * length + set.lengths[example]! - 1;",
      replace: "const at = row * length + longest - 1;",
    },
    {
      bug: "a trojan has no test case",
      file,
      find: 'toySet(of("test").filter(({ index }) => index % 2 === 0))',
      replace: 'toySet(of("test").filter(({ index }) => index < 0))',
    },
    {
      bug: "nothing is measured on a trojan",
      file,
      find: 'cases: { "loss/clean": test.size, "loss/shifted": shifted.size },',
      replace: 'cases: { "loss/clean": test.size },',
    },
    {
      bug: "half as many examples are poisoned as are stated to be",
      file,
      find: ".choice(examples, Math.round(POISONED * examples))",
      replace: ".choice(examples, Math.round(0.5 * POISONED * examples))",
    },
    {
      bug: "a stored plan is not what is poisoned by",
      file,
      find: "reload: (text) => poisoned(toPoison, JSON.parse(text) as number[]),",
      replace: "reload: () => poisoned(toPoison, [0, 1, 2, 3]),",
    },
    {
      bug: "a sum is reported as a mean",
      file,
      find: "losses.reduce((sum, loss) => sum + loss, 0) / losses.length",
      replace: "losses.reduce((sum, loss) => sum + loss, 0)",
    },
    {
      bug: "a metric depends on when it is measured",
      file,
      find: 'bootstrapInterval(losses, "toy")',
      replace: 'bootstrapInterval(losses, "toy" + performance.now())',
    },
    {
      bug: "the evaluation keeps a tensor",
      file,
      find: "const losses = await meter.losses(parameters, set);",
      replace: "tf.keep(tf.scalar(0));\n          const losses = await meter.losses(parameters, set);",
    },
  ],
};
