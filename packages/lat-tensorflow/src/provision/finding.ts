/** One thing that the tool stands on, as found on this machine. */
export interface Finding {
  readonly name: string;
  /** `wrong`: nothing runs. `warning`: something is slower, or will be missed later. */
  readonly status: "ok" | "wrong" | "warning";
  readonly found: string;
  readonly advice?: string;
}
