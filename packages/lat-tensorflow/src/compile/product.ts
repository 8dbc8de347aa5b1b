import type { Binding, KernelAttribute, TensorDescription } from "../binding.ts";

/** The function that is being built. */
interface Builder {
  constant(shape: readonly number[], dtype: number, data: Int32Array): TensorDescription;
  operation(name: string, attributes: KernelAttribute[], ids: number[], outputs: number): TensorDescription[];
}

/** Whether an operation is a matrix product whose first factor is transposed, as in the gradient of every weight. */
export function isTransposedProduct(name: string, attributes: readonly KernelAttribute[]): boolean {
  return name === "BatchMatMulV2" && attributes.some((a) => a.name === "adj_x" && a.value === true);
}

/**
 * Such a product aᵀ·b (or aᵀ·bᵀ) from one whose first factor is not transposed.
 *
 * XLA on a CPU splits the sums of the former among threads, so that its bits depend on their number; those of the latter
 * it does not split. Of the ways to write one as the other this takes the one that transposes less. A barrier keeps XLA
 * from putting the transpose back into the product.
 */
export function transposedProduct(
  { TF_ATTR_BOOL, TF_ATTR_TYPE, TF_INT32 }: Binding,
  build: Builder,
  attributes: readonly KernelAttribute[],
  a: TensorDescription,
  b: TensorDescription,
): TensorDescription {
  const attribute = (name: string) => attributes.find((each) => each.name === name)!;
  const type = (name: string, value: unknown): KernelAttribute => ({ name, type: TF_ATTR_TYPE, value });
  const operation = (name: string, attributes: KernelAttribute[], ...inputs: TensorDescription[]) =>
    build.operation(
      name,
      attributes,
      inputs.map(({ id }) => id),
      1,
    )[0]!;
  const barrier = (x: TensorDescription) => operation("XlaOptimizationBarrier", [], x);
  const transpose = (x: TensorDescription) => {
    const axes = [...x.shape.keys()];
    const [row, column] = axes.splice(-2) as [number, number];
    const types = [type("T", attribute("T").value), type("Tperm", TF_INT32)];
    const order = build.constant([x.shape.length], TF_INT32, Int32Array.of(...axes, column, row));
    return operation("Transpose", types, x, order);
  };
  const multiply = (x: TensorDescription, y: TensorDescription) => {
    const flags = ["adj_x", "adj_y"].map((name) => ({ name, type: TF_ATTR_BOOL, value: false }));
    return operation("BatchMatMulV2", [attribute("T"), ...flags], x, y);
  };
  if (attribute("adj_y").value === true) return transpose(barrier(multiply(b, a)));
  const [inner, rows] = a.shape.slice(-2) as [number, number];
  const columns = b.shape.at(-1)!;
  if (inner * rows <= inner * columns + rows * columns) return multiply(barrier(transpose(a)), b);
  return transpose(barrier(multiply(barrier(transpose(b)), a)));
}
