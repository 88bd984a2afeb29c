/** How fluent the pages are, by Chromium's trace: tasks of the main thread while something is scrolled, typed or opened. */
import type { Browser, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, openPage } from "../browser";
import { FakeHost } from "../fake-host";
import type { Size } from "../fake/farm";
import { serve, type Served } from "../server";

/** An event of a trace; times are microseconds. */
interface Traced {
  name: string;
  ph: string;
  ts: number;
  tid: number;
  pid: number;
  dur?: number;
  /** Of the processor. */
  tdur?: number;
  args?: { name?: string; data?: { type?: string } };
}

const SCROLLED = 10_000;
const TASK = "RunTask";
const CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"];

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** Opens a page of the made-up farm. */
async function open(path: string, size: Size): Promise<{ page: Page; served: Served; close: () => Promise<void> }> {
  const served = await serve(new FakeHost(size));
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const { page } = await openPage(context);
  await page.goto(served.url + path);
  return {
    page,
    served,
    close: async () => {
      await context.close();
      await served.close();
    },
  };
}

/** Records what the browser does meanwhile. */
async function traced(page: Page, what: () => Promise<void>): Promise<Traced[]> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const events: Traced[] = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...(value as unknown as Traced[])));
  const over = new Promise<void>((resolve) => session.once("Tracing.tracingComplete", () => resolve()));
  await session.send("Tracing.start", {
    traceConfig: { includedCategories: CATEGORIES, recordMode: "recordAsMuchAsPossible" },
    transferMode: "ReportEvents",
  });
  await what();
  await session.send("Tracing.end");
  await over;
  return events;
}

/** Lengths of the page's tasks on its main thread, in milliseconds, the longest first. */
interface Tasks {
  wall: number[];
  /** What the processor spent on them: on a busy machine a task also waits for its turn. */
  spent: number[];
}

/** What happens on the page's main thread. */
function onMain(events: Traced[]): Traced[] {
  const main = new Set(
    events
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid}/${tid}`),
  );
  return events.filter(({ pid, tid }) => main.has(`${pid}/${tid}`));
}
const isTask = ({ name, ph }: Traced) => name === TASK && ph === "X";

function tasks(events: Traced[]): Tasks {
  const found = onMain(events).filter(isTask);
  const sorted = (of: (event: Traced) => number | undefined) =>
    found.map((event) => (of(event) ?? 0) / 1000).sort((a, b) => b - a);
  return { wall: sorted(({ dur }) => dur), spent: sorted(({ tdur }) => tdur) };
}

/**
 * What the processor spent from each event of a type to the end of the frame that shows what it did, in milliseconds: all
 * tasks from the one that the event came in to the one that commits the frame.
 */
function spentOn(type: string, events: Traced[]): number[] {
  const all = onMain(events).sort((a, b) => a.ts - b.ts);
  const began = all.filter(({ name, args }) => name === "EventDispatch" && args?.data?.type === type);
  return began.map(({ ts }) => {
    const shown = all.find((event) => event.name === "Commit" && event.ts > ts)?.ts ?? Infinity;
    const spent = all.filter((event) => isTask(event) && event.ts + (event.dur ?? 0) > ts && event.ts <= shown);
    return spent.reduce((sum, { tdur }) => sum + (tdur ?? 0) / 1000, 0);
  });
}

/** How long things took, in the order in which they were done. */
function each(lengths: number[]): string {
  return `${lengths.map((one) => one.toFixed(1)).join(" ")} ms`;
}

/** The longest, the 99th percentile, and how many are too long. */
function said(lengths: number[]): string {
  const at = (part: number) => (lengths[Math.floor(lengths.length * part)] ?? 0).toFixed(1);
  return `longest ${at(0)} ms, p99 ${at(0.01)} ms, over 33 ms: ${lengths.filter((one) => one > 33).length}`;
}

/** Turns the wheel over an element for ten seconds, there and back. */
async function scroll(page: Page, selector: string, across: boolean): Promise<void> {
  await page.locator(selector).first().hover();
  const end = Date.now() + SCROLLED;
  for (let turn = 0; Date.now() < end; turn++) {
    const by = turn % 160 < 120 ? 400 : -400;
    await page.mouse.wheel(across && turn % 3 === 0 ? by : 0, by);
    await page.waitForTimeout(8);
  }
}

/** A change of many files and lines. */
const LARGE = "/try/new?folder=/home/ann/large";

const PAGES: { name: string; path: string; size: Size; over: string; across?: boolean }[] = [
  { name: "log of a million lines", path: "/builders/1/builds/90", size: "busy", over: ".scroller" },
  { name: "builders, 500", path: "/builders", size: "team", over: "main" },
  { name: "difference of 100 000 lines, 2000 files", path: LARGE, size: "team", over: ".diff .scroller" },
  { name: "timeline, 500 builders", path: "/timeline", size: "team", over: ".plane", across: true },
  { name: "console, 320 builders", path: "/console?master=llvm", size: "team", over: ".plane", across: true },
];

test.each(PAGES)("$name", async ({ name, path, size, over, across = false }) => {
  const { page, close } = await open(path, size);
  await page.locator(over).first().waitFor();
  await page.waitForTimeout(1500);
  const found = tasks(await traced(page, () => scroll(page, over, across)));
  expect(found.wall.length).toBeGreaterThan(100);
  console.log(
    `${name}: ${found.wall.length} tasks in 10 s; ${said(found.wall)}; of processor time ${said(found.spent)}`,
  );
  await close();
});

test("a filter over 500 builders that is typed and cleared", async () => {
  const { page, close } = await open("/builders", "team");
  await page.getByRole("button", { name: "All 500" }).waitFor();
  const field = page.locator("[data-filter]");
  const turn = async (keys: () => Promise<void>) => spentOn("input", await traced(page, keys));
  for (let time = 0; time < 3; time++) {
    await field.focus();
    const typed = await turn(() => page.keyboard.type("clang-lint", { delay: 400 }));
    await page.getByRole("link", { name: "llvm/clang-lint", exact: true }).waitFor();
    const cleared = await turn(async () => {
      await page.keyboard.press("Control+a");
      await page.keyboard.press("Backspace");
      await page.waitForTimeout(600);
    });
    expect([typed.length, cleared.length]).toEqual([10, 1]);
    console.log(`processor time of each key of a filter: ${each(typed)}; of clearing it: ${each(cleared)}`);
  }
  await close();
});

test("from page to page", async () => {
  const { page, close } = await open("/", "team");
  const rail = page.getByRole("navigation", { name: "Pages" });
  await page.waitForTimeout(1500);
  for (let time = 0; time < 3; time++) {
    const said: string[] = [];
    for (const name of ["Builders", "Timeline", "Console", "Pending", "Workers", "Changes", "Try", "Masters", "Now"]) {
      const link = rail.getByRole("link", { name: new RegExp(`^${name}`) });
      const events = await traced(page, async () => {
        await link.click();
        await page.waitForTimeout(700);
      });
      said.push(`${name} ${each(spentOn("click", events))}, longest task ${tasks(events).spent[0]?.toFixed(1)} ms`);
    }
    console.log(`processor time of a page switch: ${said.join("; ")}`);
  }
  await close();
});

test("first error of a million lines", async () => {
  const times: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    const { page, served, close } = await open("/builders", "busy");
    await page.locator("h1").waitFor();
    await page.waitForTimeout(500);
    const start = performance.now();
    await page.goto(`${served.url}/builders/1/builds/90`);
    await page.locator(".line.marked").waitFor();
    times.push(performance.now() - start);
    await close();
  }
  times.sort((a, b) => a - b);
  console.log(`first error of a million lines, from a cold page: median ${(times[2] ?? 0).toFixed(0)} ms`);
});

test("a change of 2000 files and 100 000 lines", async () => {
  const { page, served, close } = await open("/builders", "team");
  await page.locator("h1").waitFor();
  await page.waitForTimeout(500);
  const found = tasks(
    await traced(page, async () => {
      const start = performance.now();
      await page.goto(served.url + LARGE);
      await page.getByText("row 0").waitFor();
      console.log(
        `a change of 2000 files: its first 100 000 lines are there after ${(performance.now() - start).toFixed(0)} ms`,
      );
      for (const letter of "nightlyfull") await page.locator("[data-filter]").pressSequentially(letter);
    }),
  );
  console.log(`a change of 2000 files: ${said(found.wall)}; of processor time ${said(found.spent)}`);
  await close();
});
