import { defineConfig } from "vitest/config";

// Pages in a real browser: one at a time, because they share two cores with it.
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ["*.spec.ts", "pages/*.spec.ts"],
    environment: "node",
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
