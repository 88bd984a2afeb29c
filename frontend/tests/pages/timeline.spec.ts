import { describe, expect, test } from "vitest";
import { complaints, host, open, page, path, role, seen, stand, until } from "./stand";

stand();

const board = () => role("region", { name: "Timeline" });
const bars = () => page.locator("[data-build]");
const asked = () => host.asked.filter(({ name }) => name === "timeline");
/** Heights of the bars that exist, in the plane. */
const boxes = () =>
  bars().evaluateAll((all) =>
    all.map((one) => {
      const { top, bottom, left } = one.getBoundingClientRect();
      return { top, bottom, left, column: (one as HTMLElement).dataset.column };
    }),
  );

describe("the timeline", () => {
  test("shows every build high enough to be seen, and none over another", async () => {
    await open("/timeline");
    await bars().first().waitFor();
    const all = await boxes();
    expect(all.length).toBeGreaterThan(20);
    for (const one of all) expect(one.bottom - one.top).toBeGreaterThan(17);
    for (const one of all) {
      const over = all.filter(
        (other) => other.left === one.left && other.top < one.bottom - 0.5 && one.top < other.bottom - 0.5,
      );
      expect(over).toHaveLength(1);
    }
  });

  test("a bar says what it is, leads to its build, and has its details beside it", async () => {
    await open("/timeline");
    const bar = role("link", { name: /^linux-tests #41, Failed, took 2 m 48 s, began/ });
    await bar.hover();
    await page.getByRole("tooltip").getByText("failed compile").waitFor();
    await bar.click();
    await until(() => path() === "/builders/1/builds/41");
  });

  test("arrows go from build to build, and enter opens one", async () => {
    await open("/timeline?q=linux-tests");
    await bars().first().waitFor();
    const now = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
    await page.keyboard.press("ArrowDown");
    await expect.poll(now).toMatch(/^linux-tests #41/);
    await page.keyboard.press("ArrowDown");
    await expect.poll(now).toMatch(/^linux-tests #40/);
    await page.keyboard.press("ArrowRight");
    await expect.poll(now).toMatch(/^linux-tests-2 #/);
    await page.keyboard.press("ArrowLeft");
    await expect.poll(now).toMatch(/^linux-tests #4/);
    await page.keyboard.press("Enter");
    await until(() => path().startsWith("/builders/1/builds/"));
  });

  test("a new build appears and asks for nothing", async () => {
    await open("/timeline?q=linux-tests");
    await bars().first().waitFor();
    await page.waitForLoadState("networkidle");
    const before = asked().length;
    const row = host.overview.builders.find((one) => one.name === "linux-tests");
    const first = row?.last[0];
    if (!row || !first) throw new Error("the farm has no linux-tests");
    const mark = {
      ...first,
      build: 1999,
      number: 99,
      results: null,
      complete_at: null,
      started_at: first.started_at + 1e5,
    };
    const run = { mark, step: "compile", reason: "", expected: 600_000, spread: 1000, by: [] };
    host.overview.builders = host.overview.builders.map((one) => (one === row ? { ...row, running: [run] } : one));
    host.send({ kind: "overview" });
    await role("link", { name: /^linux-tests #99, Running, for .*, about .* left/ }).waitFor();
    expect(asked()).toHaveLength(before);
  });

  test("idle time is folded, each label is there once, and a click opens it", async () => {
    await open("/timeline", "one");
    const idle = page.getByRole("button", { name: "8 h 59 m idle" });
    await idle.waitFor();
    const labels = await page.locator(".tick").allTextContents();
    expect(labels.length).toBeGreaterThan(5);
    expect(new Set(labels).size).toBe(labels.length);
    const height = () => board().evaluate((one) => one.scrollHeight);
    const before = await height();
    await idle.click();
    await expect.poll(height).toBeGreaterThan(before + 1500);
  });

  test("older builds come while scrolling, until there are none", async () => {
    await open("/timeline", "one");
    await bars().first().waitFor();
    await board().evaluate((one) => one.scrollTo(0, one.scrollHeight));
    await role("link", { name: /^notes #1, / }).waitFor();
    await seen("Nothing older is known.");
  });

  test("of 500 builders only those in view exist, and the filter is in the address", async () => {
    await open("/timeline", "team");
    await bars().first().waitFor();
    expect(await bars().count()).toBeLessThan(600);
    await board().evaluate((one) => one.scrollTo(20_000, 300));
    await role("link", { name: /^team-/ })
      .first()
      .waitFor();
    await role("combobox", { name: "Any master" }).selectOption("llvm");
    await role("searchbox", { name: "Filter builders" }).fill("docs");
    await until(() => page.url().endsWith("/timeline?master=llvm&q=docs"));
    await expect.poll(() => page.locator(".head").count()).toBe(21);
    // Few builders are asked for by themselves.
    await expect.poll(() => (asked().at(-1)?.input as { builders: unknown[] }).builders.length).toBe(21);
    expect(complaints).toEqual([]);
  });

  test("another time stands in the address", async () => {
    await open("/timeline");
    await role("button", { name: "Go to a time…" }).click();
    await page.getByLabel("Time at the top").fill("2020-01-02T03:04");
    await until(() => page.url().includes("at=2020-01-02T03%3A04"));
    await seen("Nothing older is known.");
    await role("button", { name: "Now", exact: true }).click();
    await until(() => path() === "/timeline" && !page.url().includes("at="));
    await bars().first().waitFor();
  });
});
