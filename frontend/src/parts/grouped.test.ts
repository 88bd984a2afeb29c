import { expect, test } from "vitest";
import { FakeHost } from "../../tests/fake-host";
import { troubleFirst } from "../state/farm";
import { grouped, isHead, itemKey } from "./grouped";

const { overview } = new FakeHost("team");
const rows = [...overview.builders].sort(troubleFirst);

test("every builder is in one group, trouble first, and every row has its own key", () => {
  for (const by of ["master", "project"] as const) {
    const items = grouped(rows, by, overview.masters);
    const heads = items.filter(isHead);
    expect(items.length - heads.length).toBe(rows.length);
    expect(heads.reduce((sum, head) => sum + head.count, 0)).toBe(rows.length);
    expect(new Set(items.map(itemKey)).size).toBe(items.length);
    expect(heads[0]?.broken).toBeGreaterThan(0);
  }
});

test("a project that two masters build is one group, and a master's group knows its master", () => {
  const app = grouped(rows, "project", overview.masters).find((item) => isHead(item) && item.head === "app");
  const masters = new Set(rows.filter((row) => row.project === "app").map((row) => row.master));
  expect(masters.size).toBe(3);
  expect(app).toMatchObject({ count: rows.filter((row) => row.project === "app").length });
  const team = grouped(rows, "master", overview.masters).find((item) => isHead(item) && item.head === "team");
  expect(team).toMatchObject({ name: "Team of the long-named product", broken: 0, master: { condition: "stale" } });
});

test("without a grouping the rows are as they were", () => {
  expect(grouped(rows, "", overview.masters)).toBe(rows);
});
