/** The contrast that the look asks for, read from the tokens themselves. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { contrast } from "../log/readable";

const text = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");

/** Tokens of a block, by theme. */
function tokens(block: string, theme: 0 | 1): Map<string, string> {
  const found = block.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g);
  return new Map([...found].map((match) => [match[1] ?? "", match[2 + theme] ?? ""]));
}
const [normal = "", more = ""] = text.split(':root[data-contrast="more"]');

const LOOKS = [
  { look: "light", all: tokens(normal, 0) },
  { look: "dark", all: tokens(normal, 1) },
  { look: "light, more contrast", all: new Map([...tokens(normal, 0), ...tokens(more, 0)]) },
  { look: "dark, more contrast", all: new Map([...tokens(normal, 1), ...tokens(more, 1)]) },
];
const GROUNDS = ["ground", "ground-rail", "ground-raised", "ground-hover", "ground-chosen"];
const TINTED = ["failure-ground", "warnings-ground", "ground-mark", "added-ground", "removed-ground"];
const STATES = [
  "success",
  "warnings",
  "failure",
  "exception",
  "running",
  "waiting",
  "retry",
  "cancelled",
  "skipped",
  "unknown",
];

describe.each(LOOKS)("$look", ({ all }) => {
  const between = (one: string, other: string) => {
    const [a, b] = [all.get(one), all.get(other)];
    if (a === undefined || b === undefined) throw new Error(`no token ${one} or ${other}`);
    return contrast(a, b);
  };
  test.each(["text", "quiet"])("%s can be read on every ground", (name) => {
    for (const ground of [...GROUNDS, ...TINTED]) expect(between(name, ground), ground).toBeGreaterThanOrEqual(4.5);
  });
  test.each(STATES)("%s can be seen on every ground", (state) => {
    for (const ground of [...GROUNDS, "failure-ground"])
      expect(between(state, ground), ground).toBeGreaterThanOrEqual(3);
  });
  test("what stands on a strong ground can be read", () => {
    expect(between("on-strong", "strong")).toBeGreaterThanOrEqual(4.5);
    expect(between("failure", "ground")).toBeGreaterThanOrEqual(4.5);
    expect(between("line-strong", "ground")).toBeGreaterThanOrEqual(3);
  });
  test.each(["keyword", "string", "comment", "number", "name", "type"])("%s of source text can be read", (kind) => {
    for (const ground of ["ground", "added-ground", "removed-ground"])
      expect(between(`syntax-${kind}`, ground), ground).toBeGreaterThanOrEqual(4.5);
  });
  test("every colour of a log can be read", () => {
    for (let color = 0; color < 16; color++) {
      expect(between(`ansi-${color}`, "ground"), String(color)).toBeGreaterThanOrEqual(4.5);
    }
  });
});
