/** A page in a real browser, with a made-up farm behind a strict content policy. Things are found by role and name. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { launch, openPage } from "../browser";
import { FakeHost } from "../fake-host";
import type { Size } from "../fake/farm";
import { serve, type Served } from "../server";

let browser: Browser;
let context: BrowserContext;
/** What serves the page. */
export let served: Served;
/** The farm. */
export let host: FakeHost;
/** The page. */
export let page: Page;
/** What went wrong in it. */
export let complaints: string[];

/** Starts the browser, and tidies up after each test. Called once in each file. */
export function stand(): void {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await context.close();
    await served.close();
  });
}

/** Opens a path on a farm. */
export async function open(path: string, size: Size = "busy", width = 1280): Promise<void> {
  host = new FakeHost(size);
  served = await serve(host);
  context = await browser.newContext({ viewport: { width, height: 800 }, permissions: [] });
  ({ page, complaints } = await openPage(context));
  // Sooner than the test ends, so that a failure names what was not there.
  page.setDefaultTimeout(10_000);
  await page.goto(served.url + path);
  await page.locator("h1").waitFor();
}

/** By role and name. */
export const role = (...args: Parameters<Page["getByRole"]>) => page.getByRole(...args);
/** Waits for the page's name. */
export const heading = (name: string) => role("heading", { name, level: 1 }).waitFor();
/** Waits for a text. */
export const seen = (text: string | RegExp) => page.getByText(text).first().waitFor();
/** The address without the host. */
export const path = () => new URL(page.url()).pathname;

/** Waits until something holds in this process, such as an order given to the fake. */
export async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { timeout: 5000 }).toBe(true);
}

/** What the first order of that name was given with. */
export const ordered = (name: string) => host.orders.find((order) => order.name === name)?.input;
