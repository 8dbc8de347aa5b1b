import { buildProgram } from "./program.ts";
import { fail } from "./shared/failure.ts";

// A reader that has seen enough (`lat tasks | head -1`) is not a failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

try {
  await buildProgram().parseAsync();
} catch (error) {
  fail(error, { debug: process.argv.includes("--debug") });
}
