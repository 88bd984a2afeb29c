import { describe, expect, test } from "vitest";
import { Axis, type Shape } from "./axis";
import { lanes } from "./lanes";
import { bars, type Column } from "./place";
import { ticks } from "./ticks";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 20, 11, 0, 0);
const SCALE = 4 / MINUTE;

function axis(times: { start: number; end: number | null }[], shape: Partial<Shape> = {}): Axis {
  const spans = times.map(({ start, end }) => ({ started_at: start, complete_at: end }));
  return new Axis(spans, {
    newest: NOW,
    oldest: NOW - 12 * HOUR,
    scale: SCALE,
    least: 20,
    band: 28,
    open: new Set(),
    ...shape,
  });
}

/** Repeatable builds of some builders; those of one builder do not overlap. */
function farm(seed: number): { start: number; end: number }[][] {
  let state = seed;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return Array.from({ length: 1 + Math.floor(random() * 6) }, () => {
    let end = NOW - Math.floor(random() * HOUR);
    return Array.from({ length: Math.floor(random() * 30) }, () => {
      const start = end - Math.floor(random() ** 4 * 40 * MINUTE);
      const span = { start, end };
      end = start - Math.floor(random() ** 3 * 2 * HOUR);
      return span;
    });
  });
}

describe("the axis", () => {
  test("every build can be seen, none covers another, and later is higher", () => {
    for (let seed = 1; seed < 200; seed++) {
      const columns = farm(seed);
      const oldest = Math.min(NOW - HOUR, ...columns.flat().map(({ start }) => start));
      const made = axis(columns.flat(), { oldest });
      for (const column of columns) {
        let above = -Infinity;
        for (const { start, end } of column) {
          const [top, bottom] = [made.y(Math.max(end, start + 1)), made.y(start)];
          expect(bottom - top).toBeGreaterThan(19.999);
          if (end > start) expect(top).toBeGreaterThanOrEqual(above);
          above = bottom;
        }
      }
      let before = -Infinity;
      for (let time = NOW; time >= oldest; time -= 7 * MINUTE) {
        const y = made.y(time);
        expect(y).toBeGreaterThanOrEqual(before);
        before = y;
        expect(Math.abs(made.y(made.time(y)) - y)).toBeLessThan(0.01);
      }
    }
  });

  test("idle time is folded, and can be opened", () => {
    const spans = [
      { start: NOW - HOUR, end: NOW - 30 * MINUTE },
      { start: NOW - 8 * HOUR, end: NOW - 7 * HOUR },
    ];
    const folded = axis(spans);
    expect(folded.idle.map(({ from, until, height }) => [NOW - until, NOW - from, Math.round(height)])).toEqual([
      [0, 30 * MINUTE, 28],
      [HOUR, 7 * HOUR, 28],
      [8 * HOUR, 12 * HOUR, 28],
    ]);
    const opened = axis(spans, { open: new Set([NOW - HOUR]) });
    expect(opened.height - folded.height).toBeCloseTo(6 * HOUR * SCALE - 28);
  });

  test("what runs reaches to the top", () => {
    const made = axis([
      { start: NOW - 2 * HOUR, end: null },
      { start: NOW - 4 * HOUR, end: NOW - 3 * HOUR },
    ]);
    expect(made.idle.map(({ until }) => NOW - until)).toEqual([2 * HOUR, 4 * HOUR]);
    expect(made.y(NOW - 2 * HOUR)).toBeCloseTo(2 * HOUR * SCALE);
  });

  test("nothing at all is one band", () => {
    const made = axis([]);
    expect(made.height).toBe(28);
    expect(made.y(NOW + 10 * MINUTE)).toBe(-40);
  });
});

describe("ticks", () => {
  test("no two say the same", () => {
    for (let seed = 1; seed < 60; seed++) {
      const columns = farm(seed);
      const oldest = NOW - 60 * HOUR;
      for (const scale of [SCALE / 8, SCALE, SCALE * 8]) {
        const made = axis(columns.flat(), { oldest, scale });
        let day = "";
        const said = ticks(made, scale, 0, made.height).map((tick) => `${(day = tick.day || day)} ${tick.label}`);
        expect(new Set(said).size).toBe(said.length);
      }
    }
  });

  test("folded time has a label at its older end", () => {
    const spans = [5, 9].map((hours) => ({ start: NOW - hours * HOUR - 4 * MINUTE, end: NOW - hours * HOUR + MINUTE }));
    const made = axis(spans, { oldest: NOW - 10 * HOUR });
    const times = ticks(made, SCALE, 0, made.height).map(({ time }) => NOW - time);
    expect(times).toEqual([5 * HOUR - MINUTE, 9 * HOUR - MINUTE, 10 * HOUR]);
  });

  test("the first names its day", () => {
    const [first, second] = ticks(axis([{ start: NOW - 3 * HOUR, end: NOW }]), SCALE, 0, 400);
    expect(first?.day).not.toBe("");
    expect(second?.day).toBe("");
  });
});

test("builds of one builder at the same time stand beside each other", () => {
  const spans = [
    { start: 50, end: 60 },
    { start: 20, end: 40 },
    { start: 10, end: 30 },
    { start: 0, end: 10 },
  ];
  expect(lanes(spans, (span) => span).map(({ lane, lanes }) => [lane, lanes])).toEqual([
    [0, 1],
    [1, 2],
    [0, 2],
    [0, 1],
  ]);
});

describe("the bars", () => {
  const build = (build: number, from: number, until: number | null) => ({
    ...{ build, number: build, results: 0, mine: false, state: null, revision: null },
    ...{ started_at: NOW - from * HOUR, complete_at: until === null ? null : NOW - until * HOUR },
  });
  const builds = [build(4, 1, null), build(3, 3, 2), build(2, 6, 5), build(1, 11, 10)];
  const column = { row: { name: "b" }, builds } as unknown as Column;
  const grid = (shape: Partial<Shape> = {}) => ({
    axis: axis(
      builds.map(({ started_at, complete_at }) => ({ start: started_at, end: complete_at })),
      { band: Infinity, ...shape },
    ),
    ...{ lead: 10, width: 100, now: shape.newest ?? NOW },
  });
  const part = (top: number, bottom: number) => ({ left: 0, right: 100, top, bottom });
  const hour = 60 * MINUTE * SCALE;

  test("what is seen of a column is there, whatever reaches into the part", () => {
    const seen = (from: number, to: number) =>
      bars(column, 0, grid(), part(10 + from * hour, 10 + to * hour)).map(({ build }) => build.build);
    expect(seen(-1, 12)).toEqual([4, 3, 2, 1]);
    expect(seen(0.5, 2.5)).toEqual([4, 3]);
    expect(seen(3.2, 4.8)).toEqual([]);
    expect(seen(5.4, 5.6)).toEqual([2]);
  });

  test("a build that stands where it stood is the same bar, and another when it moved", () => {
    const all = () => bars(column, 0, grid(), part(0, 5000));
    const before = all();
    expect(all().every((bar, at) => bar === before[at])).toBe(true);
    const moved = bars(column, 0, grid({ newest: NOW + HOUR }), part(0, 5000));
    expect(moved.map(({ top }, at) => Math.round(top - (before[at]?.top ?? 0)))).toEqual([0, hour, hour, hour]);
    expect(moved[1]).not.toBe(before[1]);
  });
});
