import type { Sample } from "lat-engine/records";
import type { Block } from "../document/document.ts";
import type { Analysis } from "../statistics/analysis.ts";
import type { Network } from "./by-input.ts";
import { changedTexts } from "./changed-texts.ts";
import { generations } from "./generations.ts";
import { images } from "./images.ts";

/** What the networks made of single inputs, by what the inputs are. */
export async function samples({ study, settings }: Analysis): Promise<Block[]> {
  const networks: Network[] = [
    { label: "Before defence", kind: "implanted", samples: study.implanted?.samples ?? [] },
    ...settings.flatMap(({ label, method, complete }) => {
      const [first] = complete;
      return first ? [{ label, kind: method, samples: first.samples }] : [];
    }),
  ];
  return [
    ...generations(ofKind(networks, "generation")),
    ...changedTexts(ofKind(networks, "text")),
    ...(await images(ofKind(networks, "image"))),
  ];
}

/** The same networks with their samples of one kind. */
function ofKind<K extends Sample["kind"]>(
  networks: readonly Network[],
  kind: K,
): Network<Extract<Sample, { kind: K }>>[] {
  const isOfKind = (sample: Sample): sample is Extract<Sample, { kind: K }> => sample.kind === kind;
  return networks.map((network) => ({ ...network, samples: network.samples.filter(isOfKind) }));
}
