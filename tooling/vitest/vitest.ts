import { fileURLToPath } from "node:url";
import type { ViteUserConfig } from "vitest/config";

/** What every package's test run shares: one worker, since TensorFlow itself uses every core. */
const shared: ViteUserConfig = {
  test: {
    // What takes minutes is run by itself, by a package's script `slow`.
    include: process.env.LAT_SLOW ? ["src/**/*.slow.test.ts"] : ["src/**/*.test.ts"],
    exclude: process.env.LAT_SLOW ? [] : ["src/**/*.slow.test.ts"],
    globalSetup: [fileURLToPath(new URL("./scratch.ts", import.meta.url))],
    pool: "forks",
    maxWorkers: 1,
    // Bun reads CommonJS and ES modules itself; vitest's own bridge hides the export `z` of zod there.
    deps: { interopDefault: false },
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
};
export default shared;
