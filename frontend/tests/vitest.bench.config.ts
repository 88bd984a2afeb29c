import { defineConfig } from "vitest/config";

// Measures and prints; asserts nothing about speed.
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ["bench/*.ts"],
    environment: "node",
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 60_000,
    disableConsoleIntercept: true,
    reporters: [["default", { summary: false }]],
  },
});
