import type { Check } from "lat-engine/testing";
import type { Subject } from "./mutant.ts";

/** The balls, the attack in them and the step around it, on the toy network. */
export const methodSubject: Subject = {
  name: "the method",
  package: "lat-engine",
  module: "testing/method-checks.ts",
  checks: ({ methodChecks }: { methodChecks(): readonly Check[] }) => methodChecks(),
  mutants: [
    {
      bug: "a projection onto the ball leaves the range",
      file: "ball/l2.ts",
      find: "return clip(rescaled(x, outside, size, radius), box);",
      replace: "return rescaled(x, outside, size, radius);",
    },
    {
      bug: "a logarithm is taken of a share that float32 rounds to zero",
      file: "ball/l1.ts",
      find: "return tf.where(tf.less(x, 1), bulk, tail);",
      replace: "return tf.neg(tf.log(tf.sub(1, tf.erf(x))));",
    },
    {
      bug: "a sign step is as long as the square root of the dimensions",
      file: "attack/rule.ts",
      find: "ball.direction(tf.sign(gradient))",
      replace: "tf.sign(gradient)",
    },
    {
      bug: "the last ascent is not measured",
      file: "attack/attack.ts",
      find: "if (measureLast) values.push(",
      replace: "if (measureLast && chooses) values.push(",
    },
    {
      bug: "a targeted attack is aimed at the labels",
      file: "objective/objective.ts",
      find: 'targeted: { of: "targets",',
      replace: 'targeted: { of: "labels",',
    },
    {
      bug: "a frozen weight is trained",
      file: "model/model.ts",
      find: '(parameters[name]!.kind ?? "trained") === kind',
      replace: '(parameters[name]!.kind === "statistic" ? "statistic" : "trained") === kind',
    },
  ],
};
