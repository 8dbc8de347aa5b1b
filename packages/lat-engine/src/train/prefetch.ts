/**
 * What consecutive steps need, each made while the step before it is computed: it is asked for one step ahead, so that
 * work of other threads (files that are read and decoded) overlaps with that step.
 *
 * @param make starts making what a step needs
 * @returns gives what the first step needs, then the next one's; an error of `make` comes with the step that it is for
 */
export function prefetch<T>(make: (step: number) => Promise<T>, from: number, to: number): () => Promise<T> {
  const start = (step: number): Promise<T> | undefined => {
    if (step >= to) return undefined;
    const made = make(step);
    // Training may end before it gets here; an error is then nobody's.
    made.catch(() => undefined);
    return made;
  };
  let step = from;
  let ahead = start(step);
  return () => {
    if (!ahead) throw new RangeError(`step ${step} was asked for, expected one before ${to}`);
    const made = ahead;
    ahead = start(++step);
    return made;
  };
}
