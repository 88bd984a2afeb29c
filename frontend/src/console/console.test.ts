import { expect, test } from "vitest";
import type { Console } from "../generated/Console";
import type { ConsoleCell } from "../generated/ConsoleCell";
import { between, columns, together } from "./grid";

function cell(builder: number, number: number, top: number, bottom: number): ConsoleCell {
  const none = { complete_at: null, state: "", before: 0, started_at: 0 };
  return { builder, number, build: number, top, bottom, results: 0, ...none };
}

function page(changes: number, cells: ConsoleCell[], next: string | null): Console {
  const change = { revision: null, author: "", mine: false, when: 0, comment: "", repository: "" };
  return {
    now: 0,
    line: null,
    lines: [],
    changes: Array.from({ length: changes }, (_, at) => ({ ...change, change: at })),
    builders: cells.map(({ builder }) => ({ builder, name: `b${builder}`, tags: [], project: null })),
    cells,
    breaks: [],
    next,
    partial: null,
  };
}

test("a build goes on in the next page, up to the next build there", () => {
  const first = page(4, [cell(1, 9, 2, 3), cell(2, 5, 0, 3)], "7");
  const whole = together([first, page(3, [cell(1, 8, 1, 2)], null)]);
  expect(whole.cells.map(({ builder, top, bottom }) => [builder, top, bottom])).toEqual([
    [1, 2, 4],
    [2, 0, 6],
    [1, 5, 6],
  ]);
  expect(whole.builders.map(({ builder }) => builder)).toEqual([1, 2]);
  expect(whole.next).toBeNull();
});

test("a build goes on over several pages that have none of its builder", () => {
  const whole = together([page(2, [cell(1, 9, 1, 1)], "7"), page(2, [], "5"), page(3, [cell(1, 8, 1, 2)], null)]);
  expect(whole.cells.map(({ top, bottom }) => [top, bottom])).toEqual([
    [1, 4],
    [5, 6],
  ]);
});

test("near the view is what reaches into its rows", () => {
  const all = [cell(1, 9, 0, 1), cell(1, 8, 2, 4), cell(1, 7, 5, 5), cell(1, 6, 6, 8)];
  expect(between(all, 4, 6).map(({ number }) => number)).toEqual([8, 7]);
  expect(between(all, 0, 9)).toEqual(all);
  expect(between(all, 9, 12)).toEqual([]);
});

test("columns are grouped, and a text leaves those that have every word", () => {
  const builder = (builder: number, name: string, tags: string[], project: string | null) => ({
    builder,
    name,
    tags,
    project,
  });
  const all = [builder(1, "b10", ["x"], "p"), builder(2, "b9", [], "q"), builder(3, "b2", ["x", "y"], null)];
  const names = (text: string, by: "none" | "tag" | "project") =>
    columns(all, text, by).map((one) => `${one.group}/${one.builder.name}`);
  expect(names("", "none")).toEqual(["/b2", "/b9", "/b10"]);
  expect(names("", "tag")).toEqual(["/b9", "x/b2", "x/b10"]);
  expect(names("", "project")).toEqual(["/b2", "p/b10", "q/b9"]);
  expect(names("X b1", "none")).toEqual(["/b10"]);
});
