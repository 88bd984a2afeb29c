/**
 * Pictures of every page in every look, to be looked at: `npm run pictures`. They go to `tests/pictures`, which is not
 * kept. `PICTURES` chooses some by an expression, such as `PICTURES='^try-.*-dark'`.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, openPage } from "./browser";
import { FakeHost } from "./fake-host";
import { serve } from "./server";
import { SHOTS } from "./shots";

const FOLDER = join(import.meta.dirname, "pictures");
const only = process.env.PICTURES ?? "";

const LOOKS = [
  { look: "light", width: 1280, colorScheme: "light", contrast: "normal" },
  { look: "dark", width: 1280, colorScheme: "dark", contrast: "normal" },
  { look: "narrow", width: 480, colorScheme: "light", contrast: "normal" },
  { look: "wide", width: 1920, colorScheme: "light", contrast: "normal" },
  { look: "contrast", width: 1280, colorScheme: "light", contrast: "more" },
  { look: "contrast-dark", width: 1280, colorScheme: "dark", contrast: "more" },
] as const;

const chosen = LOOKS.flatMap((look) =>
  SHOTS.map((shot) => ({ ...shot, ...look, file: `${shot.name}-${look.look}` })),
).filter(({ file }) => new RegExp(only).test(file));

let browser: Browser;
beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true });
  browser = await launch();
});
afterAll(() => browser.close());

test("PICTURES names some", () => {
  expect(chosen, `no picture has a name like ${only}`).not.toEqual([]);
});

test.each(chosen)("$file", async ({ file, size, path, farm, before, width, colorScheme, contrast }) => {
  const host = new FakeHost(size, { contrast });
  farm?.(host);
  const served = await serve(host);
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
  const { page } = await openPage(context);
  await page.goto(served.url + path);
  await page.locator("h1").waitFor();
  await before?.(page);
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(FOLDER, `${file}.png`) });
  await context.close();
  await served.close();
});
