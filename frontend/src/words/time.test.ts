import { describe, expect, test } from "vitest";
import { duration, progress, relative, roughly } from "./time";

const S = 1000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

describe("durations", () => {
  test.each([
    [0, "0 s"],
    [400, "< 1 s"],
    [8 * S, "8 s"],
    [72 * S, "1 m 12 s"],
    [5 * M, "5 m"],
    [2 * H + 5 * M + 3 * S, "2 h 5 m"],
    [3 * D + 4 * H, "3 d 4 h"],
    [-5 * S, "0 s"],
  ])("%d ms is %s", (time, words) => {
    expect(duration(time)).toBe(words);
  });

  test("a longer time never reads as a shorter one", () => {
    const value = (words: string) =>
      words.split(/(?<=[smhd]) /).reduce((sum, part) => {
        const [number, unit] = part.replace("< 1", "0.5").split(" ");
        return sum + Number(number) * ({ s: S, m: M, h: H, d: D }[unit ?? ""] ?? Number.NaN);
      }, 0);
    let before = -1;
    for (let time = 0; time < 4 * D; time = time * 1.07 + 333) {
      const now = value(duration(time));
      expect(now).toBeGreaterThanOrEqual(before);
      expect(now).toBeLessThanOrEqual(Math.max(time, S / 2));
      before = now;
    }
  });

  test("roughly keeps the larger part", () => {
    expect(roughly(72 * S)).toBe("1 m");
    expect(roughly(300)).toBe("1 s");
  });
});

describe("relative times", () => {
  const now = Date.UTC(2026, 10, 20, 12);
  test.each([
    [0, "just now"],
    [-2 * S, "just now"],
    [12 * S, "12 s ago"],
    [3 * H + 20 * M, "3 h ago"],
    [30 * H, "yesterday"],
    [5 * D, "5 d ago"],
    [-10 * M, "in 10 m"],
  ])("%d ms before", (age, words) => {
    expect(relative(now - age, now)).toBe(words);
  });

  test("what is old has its date", () => {
    expect(relative(Date.UTC(2025, 1, 3), now)).toContain("2025");
  });
});

describe("progress", () => {
  test("says nothing when nothing is known", () => {
    expect(progress(5 * S, null, null)).toEqual({ part: null, words: "" });
  });
  test("says what is left, that it is due, or how late it is", () => {
    expect(progress(30 * S, 70 * S, 5 * S).words).toBe("about 40 s left");
    expect(progress(73 * S, 70 * S, 5 * S).words).toBe("about to end");
    expect(progress(100 * S, 70 * S, 5 * S).words).toBe("30 s longer than usual");
  });
  test("never looks finished", () => {
    for (const elapsed of [0, S, 70 * S, 1e9]) {
      const { part } = progress(elapsed, 70 * S, null);
      expect(part).toBeGreaterThanOrEqual(0);
      expect(part).toBeLessThan(1);
    }
  });
});
