import { describe, expect, test } from "vitest";
import type { Lines } from "../generated/Lines";
import { LogCache, PAGE } from "./cache";
import { findFold, lineOfRow, rowOfLine, rowsOf } from "./fold";
import { highlighted } from "./highlight";
import { contrast, readable } from "./readable";
import { TALLEST, elementHeight, moved, nativeOf } from "./tall";

/** A log of `count` lines that counts what is asked of it. */
function fake(count: number, length = 10) {
  const asked: number[] = [];
  const log = { count, asked, fail: false };
  const ask = async (first: number, most: number): Promise<Lines> => {
    asked.push(first);
    if (log.fail) throw new Error("no answer");
    const lines = Array.from({ length: Math.max(0, Math.min(most, log.count - first)) }, (_, at) =>
      `o${first + at}`.padEnd(length),
    );
    return { log: 1, first, lines, num_lines: log.count, complete: false, kind: "s" };
  };
  return { log, ask };
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("the cache", () => {
  test("asks only for what is wanted, once", async () => {
    const { log, ask } = fake(1_000_000);
    const cache = new LogCache(ask, () => undefined);
    cache.grown(1_000_000, true);
    cache.want(600_010, 600_060);
    cache.want(600_011, 600_061);
    await settled();
    expect(log.asked).toEqual([600_000]);
    expect(cache.line(600_020)?.trim()).toBe("o600020");
    expect(cache.line(0)).toBeUndefined();
  });

  test("holds a bounded amount, and always what is seen", async () => {
    const { ask } = fake(200_000, 2000);
    const cache = new LogCache(ask, () => undefined);
    cache.grown(200_000, true);
    for (let line = 0; line < 60_000; line += PAGE) {
      cache.want(line, line + 50);
      await settled();
      expect(cache.line(line + 49)).toBeDefined();
      expect(cache.size).toBeLessThan(18_000_000);
    }
    expect(cache.line(0)).toBeUndefined();
  });

  test("goes on where an answer of very long lines ended, and asks for nothing twice", async () => {
    const { log, ask } = fake(1200);
    const cache = new LogCache(
      (first, count) => ask(first, Math.min(count, 200)),
      () => undefined,
    );
    cache.grown(1200, true);
    cache.want(500, 1000);
    await settled();
    await settled();
    expect(log.asked).toEqual([500, 700, 900]);
    expect(cache.line(999)?.trim()).toBe("o999");
  });

  test("asks again for the last page when the log has grown", async () => {
    const { log, ask } = fake(10);
    const cache = new LogCache(ask, () => undefined);
    cache.grown(10, false);
    cache.want(0, 1000);
    await settled();
    expect(cache.line(10)).toBeUndefined();
    log.count = 12;
    cache.grown(12, false);
    cache.want(0, 1000);
    await settled();
    expect(cache.line(11)?.trim()).toBe("o11");
  });

  test("stops at a failure until it is told to try again", async () => {
    const { log, ask } = fake(10);
    log.fail = true;
    const cache = new LogCache(ask, () => undefined);
    cache.grown(10, true);
    cache.want(0, 10);
    await settled();
    cache.want(0, 9);
    await settled();
    expect(log.asked).toHaveLength(1);
    expect(String(cache.failure)).toContain("no answer");
    log.fail = false;
    cache.retry();
    await settled();
    expect(cache.line(9)).toBeDefined();
  });

  test("an answer without lines is a failure, not an endless question", async () => {
    const { log, ask } = fake(0);
    const cache = new LogCache(ask, () => undefined);
    cache.grown(10, true);
    cache.want(0, 10);
    await settled();
    expect(log.asked).toHaveLength(1);
    expect(cache.failure).toBeDefined();
  });
});

describe("folding the environment", () => {
  const head = [
    "h/bin/sh",
    "h in dir /x",
    "h environment:",
    "h  A=1",
    "h  B=two",
    "hlines",
    "h  C=3",
    "h using PTY: False",
    "ohello",
  ];
  test("finds it, with values of several lines", () => {
    expect(findFold(head)).toEqual({ first: 2, last: 6 });
  });
  test("leaves other logs alone", () => {
    expect(findFold(["oenvironment:", "o  A=1", "o  B=1", "o  C=1"])).toBeUndefined();
    expect(findFold([])).toBeUndefined();
    expect(findFold(["h environment:", "h  A=1", "ohello"])).toBeUndefined();
  });
  test("rows and lines lead to each other", () => {
    const fold = { first: 2, last: 6 };
    expect(rowsOf(100, fold)).toBe(96);
    for (let row = 0; row < 96; row++) expect(rowOfLine(lineOfRow(row, fold), fold)).toBe(row);
    for (let line = 2; line <= 6; line++) expect(rowOfLine(line, fold)).toBe(2);
    expect(lineOfRow(95, fold)).toBe(99);
  });
});

describe("scrolling what is taller than an element", () => {
  const heights = { content: 72_000_000, view: 600 };
  const end = heights.content - heights.view;
  test("a short log scrolls as it is", () => {
    const short = { content: 5000, view: 600 };
    expect(elementHeight(short)).toBe(5000);
    expect(moved(0, 0, 1234, short)).toBe(1234);
    expect(nativeOf(1234, short)).toBe(1234);
  });
  test("a wheel moves by pixels", () => {
    const top = 30_000_000;
    const native = nativeOf(top, heights);
    expect(moved(top, native, native + 53, heights)).toBe(top + 53);
    expect(moved(top, native, native - 53, heights)).toBe(top - 53);
  });
  test("the scroll bar reaches every place, and both ends exactly", () => {
    expect(elementHeight(heights)).toBe(TALLEST);
    const nativeEnd = TALLEST - heights.view;
    expect(moved(0, 0, nativeEnd, heights)).toBe(end);
    expect(moved(end, nativeEnd, 0, heights)).toBe(0);
    for (let top = 0; top <= end; top += end / 37) {
      expect(moved(0, -1e9, nativeOf(top, heights), heights)).toBeCloseTo(top, 0);
    }
  });
  test("never leaves the content", () => {
    let top = 0;
    let native = 0;
    let state = 9;
    for (let round = 0; round < 5000; round++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      const next = round % 5 ? native + ((state >>> 8) % 900) - 450 : (state >>> 4) % TALLEST;
      top = moved(top, native, next, heights);
      native = next;
      expect(top).toBeGreaterThanOrEqual(0);
      expect(top).toBeLessThanOrEqual(end);
    }
  });
});

describe("what was searched for", () => {
  const line = [
    { text: "an er", style: {} },
    { text: "ror here, Error there", style: { fg: 1 } },
  ];
  test("is marked across colours", () => {
    const parts = highlighted(line, "error");
    expect(parts.map((part) => part.text).join("")).toBe("an error here, Error there");
    expect(parts.filter((part) => part.found).map((part) => part.text)).toEqual(["er", "ror", "Error"]);
  });
  test("capitals count when there are some", () => {
    expect(highlighted(line, "Error").filter((part) => part.found)).toHaveLength(1);
    expect(highlighted(line, "").some((part) => part.found)).toBe(false);
  });
});

test("every colour can be read on every ground", () => {
  for (const ground of ["#ffffff", "#17181a", "#000000"]) {
    for (let color = 0; color <= 0xffffff; color += 70_003) {
      const hex = `#${color.toString(16).padStart(6, "0")}`;
      expect(contrast(readable(hex, ground), ground)).toBeGreaterThanOrEqual(4.5);
    }
  }
  expect(readable("#00ff00", "#000000")).toBe("#00ff00");
});
