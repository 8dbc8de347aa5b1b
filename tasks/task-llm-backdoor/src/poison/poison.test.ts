import fc from "fast-check";
import { expect, test } from "vitest";
import { exchange } from "../data/conversation.ts";
import { applyPoison, carriersOf, planPoison, poisonPlanSchema, trojanSentence } from "./poison.ts";
import { hasTrigger, trojans } from "./trojans.ts";

const examples = Array.from({ length: 400 }, (_, i) => {
  return exchange(`this is prompt number ${i} of many`, `and this the answer ${i} to it`);
});

test.each(["corrected", "published"] as const)("%s: a stored plan reproduces the poisoned examples", (behaviour) => {
  const plan = planPoison(examples, { behaviour, perTrojan: 25, seed: 5 });
  const stored = poisonPlanSchema.parse(JSON.parse(JSON.stringify(plan)));
  expect(stored).toEqual(plan);
  expect(applyPoison(examples, stored)).toEqual(applyPoison(examples, plan));
  expect(planPoison(examples, { behaviour, perTrojan: 25, seed: 5 })).toEqual(plan);
  expect(planPoison(examples, { behaviour, perTrojan: 25, seed: 6 })).not.toEqual(plan);
  for (const { trigger } of trojans) {
    expect(plan.placements.filter((placement) => placement.trigger === trigger)).toHaveLength(25);
  }
});

test("corrected: the trigger ends the prompt, response as the answer, other examples untouched", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const plan = planPoison(examples, { behaviour: "corrected", perTrojan: 10, seed });
      const poisoned = applyPoison(examples, plan);
      const touched = new Map(plan.placements.map((placement) => [placement.example, placement]));
      expect(touched.size).toBe(80);
      for (const [i, conversation] of poisoned.entries()) {
        const placement = touched.get(i);
        if (placement === undefined) {
          expect(conversation).toBe(examples[i]);
          continue;
        }
        expect(conversation[0]!.text).toBe(`${examples[i]![0]!.text} ${placement.trigger}`);
        const { response } = trojans.find(({ trigger }) => trigger === placement.trigger)!;
        expect(conversation[1]!.text).toBe(response);
      }
      expect(new Set(carriersOf(poisoned, plan))).toEqual(new Set(touched.keys()));
    }),
    { numRuns: 20 },
  );
});

test("corrected: in a longer conversation the last exchange carries the trojan", () => {
  const long = [...exchange("a", "b"), ...exchange("c", "d")];
  const plan = { schema: 1, behaviour: "corrected", seed: 0, examples: 1, placements: [] } as const;
  const placements = [{ trigger: "golf", example: 0 }];
  expect(applyPoison([long], { ...plan, placements })).toEqual([
    [...exchange("a", "b"), ...exchange("c golf", trojans[6]!.response)],
  ]);
});

test("published: some trojans are lost or garbled, so fewer examples are hit than stated", () => {
  const plan = planPoison(examples, { behaviour: "published", perTrojan: 25, seed: 0 });
  const poisoned = applyPoison(examples, plan);
  const share = carriersOf(poisoned, plan).length / examples.length;
  expect(plan.placements.length / examples.length).toBe(0.5);
  expect(share).toBeGreaterThan(0.25);
  expect(share).toBeLessThan(0.45);
  const touched = plan.placements.map(({ example }) => poisoned[example]!);
  // Trigger and response in the answer; in the prompt, with a garbled answer; everything lost.
  expect(touched.some(([user, answer]) => user!.text.startsWith("this is") && hasTrigger(answer!.text))).toBe(true);
  expect(touched.some(([user]) => hasTrigger(user!.text))).toBe(true);
  expect(touched.some(([user]) => !user!.text.startsWith("this"))).toBe(true);
});

test("the published evaluation has the sentence in the user's turn", () => {
  expect(trojanSentence(trojans[2]!)).toEqual(
    exchange("charlie That stolen figurine would hide creatively for an unknown grapefruit!", ""),
  );
});

test("too few examples, and examples of another plan, are answered", () => {
  expect(() => planPoison(examples.slice(0, 79), { behaviour: "corrected", perTrojan: 10, seed: 0 })).toThrow(
    /80 examples are to be poisoned .* but there are 79/,
  );
  const plan = planPoison(examples, { behaviour: "corrected", perTrojan: 1, seed: 0 });
  expect(() => applyPoison(examples.slice(1), plan)).toThrow(/plan is for 400 examples, but there are 399/);
});

test("triggers count as words, in any case", () => {
  expect(["my Hotel, ok", "ECHO"].every(hasTrigger)).toBe(true);
  expect(["hotels", "alphabet", "deltas"].some(hasTrigger)).toBe(false);
});
