/** A browser that is signed in to a resident of its own. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import { launch, openPage } from "../browser";
import { Outpost, PATIENCE } from "./outpost";
import { GOOD, Repository } from "./repository";

export interface Stage {
  outpost: Outpost;
  browser: Browser;
  context: BrowserContext;
  page: Page;
  /** What the browser complained about: errors of scripts, of the console, and of the content policy. */
  complaints: string[];
}

/** Starts both and opens the one-time link. */
export async function stage(): Promise<Stage> {
  const [outpost, browser] = await Promise.all([Outpost.start(), launch()]);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(PATIENCE);
  const { page, complaints } = await openPage(context);
  await page.goto(outpost.link);
  await page.locator("h1").waitFor();
  return { outpost, browser, context, page, complaints };
}

/** Ends both; nothing may have gone wrong in the page. */
export async function leave({ outpost, browser, complaints }: Stage): Promise<void> {
  await browser.close();
  await outpost.end();
  expect(complaints).toEqual([]);
}

/** A project whose `./test` is good, built once. */
export async function project(outpost: Outpost, name: string, test = GOOD): Promise<Repository> {
  const repository = new Repository(outpost, name);
  repository.write("test", test);
  repository.commit("first");
  outpost.cli("init", "--yes", "--no-build", repository.path);
  // What is committed from now on is a change; what was there at the first look is not.
  await outpost.watches(name);
  return repository;
}

/** What a person finds on the page. */
export function hands(page: Page) {
  return {
    role: (...args: Parameters<Page["getByRole"]>) => page.getByRole(...args),
    heading: (name: string | RegExp) => page.getByRole("heading", { name, level: 1 }).waitFor(),
    seen: (text: string | RegExp) => page.getByText(text).first().waitFor(),
    line: (number: number) => page.getByRole("link", { name: `Line ${number}`, exact: true }),
    path: () => new URL(page.url()).pathname,
    /** Goes to a page by its link in the rail. */
    goTo: (name: string) =>
      page
        .getByRole("navigation", { name: "Pages" })
        .getByRole("link", { name: new RegExp(`^${name}`) })
        .click(),
  };
}
