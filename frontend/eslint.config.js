import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

/** Only this file may know Tauri: every page works through the `Host` interface. */
const tauriOnlyInItsHost = {
  files: ["src/**/*.ts", "src/**/*.svelte"],
  ignores: ["src/host/tauri.ts"],
  rules: {
    "no-restricted-imports": [
      "error",
      { patterns: [{ group: ["@tauri-apps/*"], message: "Only host/tauri.ts talks to Tauri." }] },
    ],
  },
};

export default ts.config(
  { ignores: ["dist/", "src/generated/", "node_modules/", "tests/pictures/"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
      eqeqeq: "error",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig } },
    rules: {
      // The compiler's own warnings, accessibility among them, are errors.
      "svelte/valid-compile": "error",
      "svelte/no-at-html-tags": "error",
      // Links are resolved by our own router.
      "svelte/no-navigation-without-resolve": "off",
      // A Map that never changes after it was made needs no reactive twin.
      "svelte/prefer-svelte-reactivity": "off",
    },
  },
  tauriOnlyInItsHost,
);
