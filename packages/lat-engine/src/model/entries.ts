import { LatError } from "lat-system";
import type { State } from "./model.ts";

/**
 * A state in which reading an entry that is not there is an error, rather than an undefined that some operation stumbles
 * over or that silently leaves a mask out.
 *
 * @param what the state is called in the message: `the batch`
 */
export function entriesOf(state: State, what: string): State {
  return new Proxy(state, {
    get(entries, key) {
      if (typeof key === "string" && !Object.hasOwn(entries, key)) {
        throw new LatError(
          `${what} has no entry "${key}", only ${Object.keys(entries).join(", ")}. ` +
            "A batch has what its examples make; a stage must pass on the entries that it does not use ({ ...state, … }).",
        );
      }
      return Reflect.get(entries, key);
    },
  });
}
