/** How far a long piece of work has come. */
export interface Progress {
  /** What is worked on, as shown to the user: a package's name, the addon. */
  readonly name: string;
  readonly step: "download" | "extract" | "compile";
  /** In bytes; both 0 where the amount is not known beforehand. */
  readonly done: number;
  readonly total: number;
}

export interface WorkOptions {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Called once where another process does the same work and this one waits for it. */
  readonly onWait?: ((message: string) => void) | undefined;
  /** Fetch or make again what is there but wrong, instead of failing. */
  readonly fix?: boolean | undefined;
}
