import { describe, expect, test } from "vitest";
import { overview } from "../../tests/fake/farm";
import { type ONLY, chooser } from "./filter";

const rows = overview("many").builders;
const names = (only: (typeof ONLY)[number]["key"], text = "", tag = "") =>
  rows.filter(chooser(only, text, tag)).map((row) => row.name);

describe("the filter of builders", () => {
  test("by words, wherever they stand", () => {
    expect(names("all", "linux asan").every((name) => name.startsWith("linux-asan"))).toBe(true);
    expect(names("all", "linux asan").length).toBeGreaterThan(0);
    expect(names("all", "BOB RAY")).toContain("linux-tests");
    expect(names("all", "no such thing")).toEqual([]);
  });
  test("by state and tag", () => {
    expect(names("mine")).toEqual(["linux-tests", "linux-asan", "windows-x86_64"]);
    expect(names("broken")).toHaveLength(4);
    expect(names("running", "", "linux").every((name) => names("running").includes(name))).toBe(true);
    expect(names("all")).toHaveLength(500);
  });
});
