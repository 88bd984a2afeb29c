import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { licences } from "./licences.ts";

// What is built must run under `default-src 'self'`: nothing inline, nothing from elsewhere.
export default defineConfig({
  plugins: [svelte(), licences()],
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: true,
  },
  test: {
    include: ["src/**/*.test.ts"],
    environment: "node",
  },
});
