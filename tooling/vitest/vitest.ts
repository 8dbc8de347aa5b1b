import { fileURLToPath } from "node:url";
import type { ViteUserConfig } from "vitest/config";

/** What every package's test run shares: one worker, since TensorFlow itself uses every core. */
const shared: ViteUserConfig = {
	test: {
		include: ["src/**/*.test.ts"],
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
