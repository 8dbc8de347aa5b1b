/** The result of a verb goes to stdout, and nothing else does. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** Clears what a progress bar has drawn on the current line of a terminal. */
export const clearLine = "\r\u001b[2K";

/** News and warnings go to stderr; a progress bar below is drawn again after them. */
export function note(text: string): void {
  process.stderr.write(`${process.stderr.isTTY ? clearLine : ""}${text}\n`);
}

export function warn(text: string): void {
  note(`warning: ${text}`);
}

/** Columns of text, as wide as their widest cell: words to the left, figures to the right. */
export function table(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = headers.map((header, column) => {
    const cells = rows.map((row) => row[column]!);
    return {
      width: Math.max(...[header, ...cells].map((cell) => cell.length)),
      words: cells.some((cell) => /^\p{L}/u.test(cell)),
    };
  });
  const line = (cells: readonly string[]) =>
    columns
      .map(({ width, words }, column) => (words ? cells[column]!.padEnd(width) : cells[column]!.padStart(width)))
      .join("  ")
      .trimEnd();
  return [line(headers), line(columns.map(({ width }) => "─".repeat(width))), ...rows.map(line)].join("\n");
}

/** `45 s`, `12 min`, `3.4 h` */
export function duration(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** How long ago: `5 min`, `3.4 h`, `12 days` */
export function age(since: Date): string {
  const seconds = Math.max(0, (Date.now() - since.getTime()) / 1000);
  return seconds < 2 * 86_400 ? duration(seconds) : `${Math.floor(seconds / 86_400)} days`;
}

/** `274 MB`, `1.9 GB` */
export function size(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
