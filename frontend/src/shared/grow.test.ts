import { describe, expect, test } from "vitest";
import { growPart, growRange, samePart } from "./grow";

describe("what exists", () => {
  test.each([
    [[0, 10], [2, 12], 5, [2, 12]],
    [[0, 10], [8, 40], 5, [8, 15]],
    [[20, 30], [0, 25], 5, [15, 25]],
    [[0, 10], [100, 130], 5, [100, 105]],
    [[0, 10], [100, 103], 5, [100, 103]],
    [[5, 10], [0, 20], 6, [5, 16]],
    [[5, 10], [0, 12], 6, [1, 12]],
  ] as const)("of %j, for %j, with %i more is %j", (now, wanted, most, then) =>
    expect(growRange(now, wanted, most)).toEqual(then),
  );

  test("of a plane becomes what is wanted in a few steps, whatever was there", () => {
    const wanted = { left: 1000, right: 2200, top: 500, bottom: 1400 };
    for (const start of [
      { left: 0, right: 1200, top: 0, bottom: 900 },
      { left: 5000, right: 6200, top: 500, bottom: 1400 },
      { left: 1000, right: 2200, top: 450, bottom: 1350 },
      { left: 1100, right: 2300, top: 400, bottom: 1300 },
    ]) {
      let now: typeof wanted = start;
      let steps = 0;
      for (; !samePart(now, wanted); steps++) {
        const next = growPart(now, wanted, 300_000);
        expect(samePart(next, now), `stuck at ${JSON.stringify(now)}`).toBe(false);
        now = next;
        expect(steps).toBeLessThan(10);
      }
    }
  });
});
