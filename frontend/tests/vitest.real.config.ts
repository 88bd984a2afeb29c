import { defineConfig } from "vitest/config";
import { missing } from "./real/outpost.ts";

// The pages with the real program behind them, in a real browser.
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: [
      missing() !== undefined ? "real/missing.ts" : process.env.PICTURES ? "real/pictures.ts" : "real/*.spec.ts",
    ],
    environment: "node",
    fileParallelism: false,
    testTimeout: 40_000,
    hookTimeout: 60_000,
    disableConsoleIntercept: true,
  },
});
