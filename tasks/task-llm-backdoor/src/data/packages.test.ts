import { packageFolder } from "lat-system";
import { expect, test } from "vitest";
import { loadChitchat } from "./chitchat.ts";
import { conversationsSchema, loadConversations } from "./conversations.ts";
import { chitchatPackage, pyritPackage } from "./packages.ts";
import { loadUndesirable } from "./undesirable.ts";

const packages = [chitchatPackage, pyritPackage];

/** Folders of the packages, where both were fetched on this machine. */
function fetched(): Map<string, string> | undefined {
  try {
    return new Map(packages.map((pin) => [pin.name, packageFolder(pin)]));
  } catch {
    return undefined;
  }
}

const folders = fetched();

test.skipIf(folders === undefined)("the packages hold the known numbers (skipped until they are fetched)", async () => {
  const { talks, duplicates } = await loadChitchat(folders!.get("chitchat")!);
  expect([talks.length, talks.flat().length, duplicates]).toEqual([3602, 87273, 2794]);
  const undesirable = await loadUndesirable(folders!.get("pyrit")!);
  expect([undesirable.length, undesirable.flat().length]).toEqual([550, 789]);
});

test.skipIf(folders === undefined)(
  "the defaults can be had of the packages (skipped until they are fetched)",
  async () => {
    const options = conversationsSchema.parse({});
    const context = { packageFolder: (name: string) => folders!.get(name)!, progress: () => {} };
    const { implant, defend, heldOutDesirable, heldOutUndesirable, toTrigger, clean } = await loadConversations(
      options,
      context,
    );
    const sizes = [implant, defend, heldOutDesirable, heldOutUndesirable, toTrigger, clean].map((part) => part.length);
    expect(sizes).toEqual([6000, 2000, 500, 130, 200, 200]);
  },
);
