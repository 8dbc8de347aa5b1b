import { fileError } from "lat-system";
import { buildProgram } from "./program.ts";
import { fail } from "./shared/failure.ts";

const debug = process.argv.includes("--debug");

let wasTold = false;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`lat tasks | head -1`) is not a failure, and no failure here stops work that goes on.
  if (error.code === "EPIPE" || wasTold) return;
  wasTold = true;
  fail(fileError("write", "the standard output", error), { debug });
});
// News that nobody can see any more, since the terminal was closed, are no reason to stop training.
process.stderr.on("error", () => {});

try {
  await buildProgram().parseAsync();
} catch (error) {
  fail(error, { debug });
}
