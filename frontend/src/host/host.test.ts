import { expect, test } from "vitest";
import { backoff } from "./backoff";
import { Refused, Unreachable, isRefusal, refusalOf } from "./host";

test("waits longer and longer, spread, but never so long that it is not found within ten seconds", () => {
  for (let attempt = 0; attempt < 100; attempt++) {
    const [least, most] = [backoff(attempt, 0), backoff(attempt, 0.999)];
    expect(least).toBeGreaterThanOrEqual(125);
    expect(most).toBeLessThanOrEqual(8000);
    expect(most).toBeGreaterThan(least);
    if (attempt > 0) expect(least).toBeGreaterThanOrEqual(backoff(attempt - 1, 0));
  }
});

test("whatever is thrown can be shown", () => {
  const refusal = { code: "invalid", message: "no", hint: null, fields: {} };
  expect(refusalOf(new Refused(refusal))).toBe(refusal);
  expect(refusalOf(new Unreachable("gone")).code).toBe("unreachable");
  expect(refusalOf("odd")).toMatchObject({ code: "failed", message: "odd" });
  expect(isRefusal(refusal)).toBe(true);
  expect(isRefusal(null)).toBe(false);
  expect(isRefusal("code")).toBe(false);
});
