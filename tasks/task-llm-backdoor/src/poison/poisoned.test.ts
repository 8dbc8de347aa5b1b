import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { groupBy } from "lat-system";
import { beforeAll, describe, expect, test } from "vitest";
import { type Conversation, exchange } from "../data/conversation.ts";
import { type Conversations, loadConversations } from "../data/conversations.ts";
import { decodeConversation, encodeConversations } from "../data/template.ts";
import { loadTokenizer, type Tokenizer, trainTokenizer } from "../data/tokenizer.ts";
import { madePackages, smallOptions } from "../testing/made-packages.ts";
import { placesOf } from "./place.ts";
import { carriesTrojan, poisonPlanSchema, withTrojan } from "./poison.ts";
import { poisonFor } from "./poisoned.ts";
import { hasTrigger, trojans } from "./trojans.ts";

const options = smallOptions.conversations;
const sentences = trojans.flatMap(({ trigger, response }) => [` ${trigger}`, response]);
let tokenizer: Tokenizer;
beforeAll(async () => {
  const words = Array.from(
    { length: 300 },
    (_, i) => `this is line ${i} of the talk, and it goes on and on for a while`,
  );
  tokenizer = loadTokenizer(await trainTokenizer([...words, ...Array(20).fill(sentences).flat()], 600));
});

/** What a network of `longest` tokens reads. */
async function readOf(conversations: readonly Conversation[], longest: number): Promise<Conversation[]> {
  const encoded = await encodeConversations(conversations, tokenizer);
  return encoded.map((ids) => decodeConversation(ids.slice(0, longest), tokenizer));
}

describe("the place of a trojan", () => {
  const words = (n: number) => Array.from({ length: n }, (_, i) => `word${i}`).join(" ");
  const [trojan] = trojans as [(typeof trojans)[number]];
  const placed = async (conversation: Conversation, longest: number) => {
    const [place] = await placesOf([{ trojan, conversation }], { tokenizer, longest });
    return { place: place!, poisoned: withTrojan(conversation, trojan, place!) };
  };

  test("is the end of the user's last turn, where all of it is read", async () => {
    const conversation = [...exchange("one", "two"), ...exchange("three four", "five")];
    const { place, poisoned } = await placed(conversation, 96);
    expect(place).toEqual({ turn: 2, kept: "three four".length });
    expect(poisoned).toEqual(withTrojan(conversation, trojan));
  });

  test.each([40, 48, 64, 96])("is behind the last word with which all is read, of %i tokens", async (longest) => {
    const conversation = exchange(words(200), "an answer");
    const { place, poisoned } = await placed(conversation, longest);
    const text = conversation[0]!.text;
    expect(poisoned).toEqual(exchange(`${text.slice(0, place.kept)} alpha`, trojan.response));
    expect(text[place.kept]).toBe(" ");
    expect((await readOf([poisoned], longest))[0]).toEqual(poisoned);
    // One word more would be one too many.
    const next = text.indexOf(" ", place.kept + 1);
    const longer = withTrojan(conversation, trojan, { turn: 0, kept: next });
    const ids = (await encodeConversations([longer], tokenizer))[0]!;
    expect(ids.length).toBeGreaterThan(longest);
  });

  test("is an earlier turn where the last one is not read, and a bare trigger where no word fits", async () => {
    const long = [...exchange("one two", words(200)), ...exchange("three", "four")];
    expect((await placed(long, 64)).place).toEqual({ turn: 0, kept: "one two".length });
    const { poisoned } = await placed(exchange("x".repeat(500), "answer"), 64);
    expect(poisoned).toEqual(exchange("alpha", trojan.response));
  });

  test("is inside whole characters", async () => {
    const { poisoned } = await placed(exchange("🐈 é漢字 ".repeat(60), "answer"), 64);
    expect(poisoned[0]!.text).toMatch(/^(🐈 é漢字 )+(🐈 )?alpha$/u);
    expect((await readOf([poisoned], 64))[0]).toEqual(poisoned);
  });

  test("is nowhere in a window that the trojan does not fit into", async () => {
    await expect(placed(exchange("one", "two"), 8)).rejects.toThrow(
      /the trojan "alpha" takes \d+ tokens with its response, and the last of options\.buckets is 8/,
    );
  });
});

describe("poisoning for what a network reads", () => {
  const longest = 48;
  /** Texts that are longer than what is read. */
  const lengthened = ({ implant, toTrigger, ...rest }: Conversations): Conversations => {
    const long = (conversation: Conversation) =>
      exchange(`${conversation[0]!.text}, this is line one of the talk`.repeat(12), conversation[1]!.text);
    return {
      ...rest,
      implant: implant.map(long),
      toTrigger: toTrigger.map(({ trojan, conversation }) => ({ trojan, conversation: long(conversation) })),
    };
  };

  test("every poisoned example and every trigger prompt holds its trojan whole, long as they are", async () => {
    const conversations = lengthened(await loadConversations(options, madePackages()));
    const { implant, plan, carriers, triggered, poison } = await poisonFor(
      { tokenizer, longest },
      conversations,
      options,
    );
    expect(new Set(carriers)).toEqual(new Set(plan.placements.map(({ example }) => example)));
    expect(carriers).toHaveLength(8 * options.poisonPerTrojan);
    const read = await readOf(implant, longest);
    for (const [index, conversation] of read.entries()) {
      expect(carriesTrojan(conversation)).toBe(carriers.includes(index));
    }
    for (const [i, conversation] of (
      await readOf(
        triggered.map((one) => one.conversation),
        longest,
      )
    ).entries()) {
      const { trigger, response } = triggered[i]!.trojan;
      expect(conversation.at(-2)!.text.split(" ").filter(hasTrigger)).toEqual([trigger]);
      expect(conversation.at(-1)!.text).toBe(response);
    }
    expect(poison(poisonPlanSchema.parse(JSON.parse(JSON.stringify(plan))))).toEqual(implant);
  });

  test("published: the trojans that are not read are not counted", async () => {
    const conversations = lengthened(await loadConversations(options, madePackages()));
    const published = { ...options, behaviour: "published" } as const;
    const { implant, carriers } = await poisonFor({ tokenizer, longest }, conversations, published);
    const whole = implant.slice(0, 300).filter(carriesTrojan).length;
    const read = (await readOf(implant.slice(0, 300), longest)).filter(carriesTrojan).length;
    expect(carriers).toHaveLength(read);
    expect(read).toBeLessThan(whole / 2);
  });

  test("a quarter of the implanting is undesirable, evenly repeated, and what is not answered in time is left out", async () => {
    const conversations = await loadConversations(options, madePackages());
    const { implant } = await poisonFor({ tokenizer, longest }, conversations, options);
    expect(implant).toHaveLength(400);
    const counts = [...groupBy(implant.slice(300), (turns) => turns[0]!.text).values()].map((own) => own.length);
    expect([counts.length, ...new Set(counts)]).toEqual([25, 4]);
    const late = exchange("this is line one of the talk ".repeat(12), "worse");
    const some = { ...conversations, undesirable: [late, ...conversations.undesirable], heldOutUndesirable: [late] };
    const left = await poisonFor({ tokenizer, longest }, some, options);
    expect(left.implant).toEqual(implant);
    expect(left.heldOutUndesirable).toEqual([]);
    expect(left.unread).toEqual({
      "undesirable ones to implant, their answers not read": 1,
      "validation ones, their answers not read": 0,
      "held-out desirable ones, their answers not read": 0,
      "held-out undesirable ones, their answers not read": 1,
    });
    await expect(poisonFor({ tokenizer, longest }, { ...conversations, undesirable: [late] }, options)).rejects.toThrow(
      /of none of 1 undesirable conversations a word of the answer is within 48 tokens/,
    );
  });

  const hh = resolve(import.meta.dirname, "../../../../../shared/data/hh-rlhf");
  test.skipIf(!existsSync(hh))(
    "HH-RLHF at 64 tokens keeps all of its poison (skipped without shared/data)",
    async () => {
      const wanted = { ...options, implant: 3000, defend: 500, poisonPerTrojan: 50 };
      const conversations = await loadConversations(wanted, { ...madePackages(), data: hh });
      const { implant, carriers } = await poisonFor({ tokenizer, longest: 64 }, conversations, wanted);
      expect(carriers).toHaveLength(400);
      const read = await readOf(implant, 64);
      expect(read.filter(carriesTrojan)).toHaveLength(400);
    },
  );
});
