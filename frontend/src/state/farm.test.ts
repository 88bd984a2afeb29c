import { expect, test } from "vitest";
import type { BuilderRow } from "../generated/BuilderRow";
import { overview } from "../../tests/fake/farm";
import { Farm, keyOf, troubleFirst } from "./farm";

const whole = () => overview("busy");
const at = (rows: readonly BuilderRow[], index: number): BuilderRow => {
  const row = rows[index];
  if (!row) throw new Error(`no row ${index}`);
  return row;
};

test("what changed, came and went leads to the same as asking for everything", () => {
  const farm = new Farm();
  expect(farm.version).toBeNull();
  const first = whole();
  farm.take(first);
  expect(farm.version).toBe(first.version);
  const changed = { ...at(first.builders, 20), results: 2, mine: true };
  const come = { ...at(first.builders, 4), builder: 900, name: "new" };
  const gone = at(first.builders, 3);
  const after = farm.take({
    ...first,
    whole: false,
    version: first.version + 1,
    builders: [changed, come],
    gone: [{ master: gone.master, builder: gone.builder }],
  });
  const wanted = [...first.builders.filter((row) => row !== gone && keyOf(row) !== keyOf(changed)), changed, come];
  expect(new Set(after.builders)).toEqual(new Set(wanted));
  expect(after.builders.slice(0, 4)).toContain(changed);
  expect(farm.row(keyOf(gone))).toBeUndefined();
  expect(farm.row(keyOf(come))).toBe(come);
  expect(farm.version).toBe(first.version + 1);
});

test("an answer in which no builder changed keeps the list, so that nothing is drawn again", () => {
  const farm = new Farm();
  const { builders } = farm.take(whole());
  expect(farm.take({ ...whole(), whole: false, builders: [] }).builders).toBe(builders);
});

test("a whole answer leaves nothing of before", () => {
  const farm = new Farm();
  farm.take(whole());
  const one = at(whole().builders, 0);
  expect(farm.take({ ...whole(), builders: [one] }).builders).toEqual([one]);
});

test("equal ids on two masters are two builders", () => {
  const one = at(whole().builders, 0);
  const farm = new Farm();
  const all = farm.take({ ...whole(), builders: [one, { ...one, master: "other" }] }).builders;
  expect(all).toHaveLength(2);
});

test("trouble comes first: mine, others', claimed and flaky, blocked, muted, stale, green", () => {
  const row: BuilderRow = { ...at(whole().builders, 0), ...{ results: 2, mine: false, muted: false, blocked: null } };
  const rows = [
    { ...row, name: "mine", mine: true },
    { ...row, name: "others" },
    { ...row, name: "claimed", claimed_by: "Bob" },
    { ...row, name: "flaky", flaky: true },
    { ...row, name: "blocked", results: 0, blocked: "no worker" },
    { ...row, name: "muted", muted: true, mine: true },
    { ...row, name: "stale", stale: 1 },
    { ...row, name: "green-2", results: 0 },
    { ...row, name: "green-10", results: 0 },
  ];
  const names = rows.map(({ name }) => name);
  expect(
    [...rows]
      .reverse()
      .sort(troubleFirst)
      .map(({ name }) => name),
  ).toEqual(names);
});
