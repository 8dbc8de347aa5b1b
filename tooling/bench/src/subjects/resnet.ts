import { classLikelihood, type ResnetConfig, resnet } from "lat-models";
import { hostRandom } from "lat-tensorflow";
import type { Subject } from "../subject.ts";

/** A ResNet on square images of noise. */
export function resnetSubject(batch: number, side: number, config: ResnetConfig): Subject {
  const { widths, blocks, classes } = config;
  return {
    architecture: "resnet",
    shape: { batch, side, config },
    title: `ResNet, ${batch} × ${side}² pixels, ${2 * widths.length * blocks + 2} layers, ${classes} classes`,
    make() {
      const random = hostRandom(0, "bench");
      const values = batch * side * side * 3;
      const host = {
        pixels: {
          shape: [batch, side, side, 3],
          data: Float32Array.from({ length: values }, (_, i) => random.uniform(i)),
        },
        labels: { shape: [batch], data: Int32Array.from({ length: batch }, (_, i) => i % classes) },
      };
      return { network: { model: resnet(config), likelihood: classLikelihood }, batch: () => host };
    },
  };
}
