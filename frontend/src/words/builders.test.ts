import { expect, test } from "vitest";
import { overview } from "../../tests/fake/farm";
import { isRed, stateOfBuilder, whyOfBuilder, wordOfBuilder } from "./builders";

const row = () => {
  const [first] = overview("busy").builders;
  if (!first) throw new Error("the farm has builders");
  return { ...first, results: 2, mine: true, stale: null, broken_by: ["Ann", "Bob"] };
};

test("a red builder of a master that cannot be heard is stale, and says what it was", () => {
  const stale = { ...row(), stale: 1000 };
  expect([stateOfBuilder(stale), wordOfBuilder(stale), isRed(stale)]).toEqual(["unknown", "Stale", false]);
  expect(whyOfBuilder(stale)).toBe("failed when last heard of");
  expect(whyOfBuilder({ ...stale, results: null })).toBe("not built when last heard of");
});

test("one that can be heard says who broke it, and nothing when it is green", () => {
  expect([stateOfBuilder(row()), wordOfBuilder(row()), isRed(row())]).toEqual(["failure", "Failed", true]);
  expect(whyOfBuilder(row())).toBe("Broken by you and 1 other");
  expect(whyOfBuilder({ ...row(), results: 0 })).toBe("");
});
