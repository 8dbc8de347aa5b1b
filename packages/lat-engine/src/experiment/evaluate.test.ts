import { disposeAll, tf } from "lat-tensorflow";
import { expect, it } from "vitest";
import { initialize } from "../model/initialize.ts";
import { silent } from "../records/observer.ts";
import { toyModel, toyTask } from "../testing/toy.ts";
import { evaluateParameters } from "./evaluate.ts";
import { Session } from "./session.ts";

it("refuses a network with a parameter that is not finite, by its name, rather than to count its classes", async () => {
  const context = { packageFolder: () => "", progress: () => {} };
  const session = new Session(await toyTask.prepare(toyTask.presets.nano!.options, context));
  const parameters = initialize(toyModel, 0);
  await expect(evaluateParameters(session, parameters, { observer: silent })).resolves.toBeDefined();
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const spoiled = { ...parameters, scale: tf.fill([6], value) };
    const before = tf.memory().numTensors;
    await expect(evaluateParameters(session, spoiled, { observer: silent })).rejects.toThrow(
      "the network's parameter scale holds values that are not finite",
    );
    expect(tf.memory().numTensors).toBe(before);
    disposeAll(spoiled.scale);
  }
  disposeAll(parameters);
  session.close();
});
