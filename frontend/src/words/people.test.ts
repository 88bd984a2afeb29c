import { expect, test } from "vitest";
import { brokenBy, counted, listed, shortName, shortRevision } from "./people";

test("names without their addresses", () => {
  expect(shortName("Ann Lee <ann@example.org>")).toBe("Ann Lee");
  expect(shortName("<ann@example.org>")).toBe("ann");
  expect(shortName("ann@example.org")).toBe("ann@example.org");
  expect(shortName("")).toBe("");
});

test("who broke it", () => {
  expect(brokenBy(["Ann <a@x>"], true)).toBe("Broken by you");
  expect(brokenBy(["Ann <a@x>", "Bob", "Cleo"], true)).toBe("Broken by you and 2 others");
  expect(brokenBy(["Ann <a@x>", "Bob"], true)).toBe("Broken by you and 1 other");
  expect(brokenBy(["Ann <a@x>", "Bob"], false)).toBe("Broken by Ann and Bob");
  expect(brokenBy([], false)).toBe("Broken");
});

test("lists", () => {
  expect(listed(["a", "b", "c"])).toBe("a, b and c");
  expect(listed(["a", "b", "c", "d"], 2)).toBe("a, b and 2 others");
  expect(listed(["a"])).toBe("a");
});

test("only hashes are shortened", () => {
  expect(shortRevision("8c1f2e90ab8c1f2e90ab8c1f2e90ab8c1f2e90ab")).toBe("8c1f2e90ab");
  expect(shortRevision("r1042")).toBe("r1042");
  expect(shortRevision(null)).toBe("");
});

test("counts", () => {
  expect(counted(1, "line")).toBe("1 line");
  expect(counted(1_000_000, "line")).toBe("1\u202f000\u202f000 lines");
});
