/** Pictures of every page, to be looked at: `npm run pictures`. They go to `tests/pictures`, which is not kept. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, test } from "vitest";
import { launch, openPage } from "./browser";
import { FakeHost } from "./fake-host";
import type { Size } from "./fake/farm";
import { htmlLog } from "./fake/logs";
import { serve } from "./server";

const COVERAGE =
  "<h1>Coverage</h1><table border=1><tr><th>File<th>Lines<th>Covered</tr><tr><td>src/main.c<td>412<td>87 %</tr></table>";

const FOLDER = join(import.meta.dirname, "pictures");
const only = process.env.PICTURES ?? "";

interface Shot {
  name: string;
  path: string;
  size?: Size;
  demo?: boolean;
  /** Its log is HTML. */
  html?: boolean;
  before?: (page: Page) => Promise<unknown>;
}

const SHOTS: Shot[] = [
  { name: "first-run", path: "/", size: "empty" },
  { name: "now", path: "/" },
  { name: "now-one", path: "/", size: "one" },
  { name: "now-demo", path: "/", size: "one", demo: true },
  { name: "builders", path: "/builders" },
  { name: "builders-many", path: "/builders?q=linux", size: "many" },
  { name: "builders-peek", path: "/builders?peek=1" },
  { name: "builder", path: "/builders/1" },
  { name: "build-failed", path: "/builders/1/builds/45" },
  { name: "build-green", path: "/builders/1/builds/46" },
  { name: "build-running", path: "/builders/6/builds/47" },
  { name: "build-large", path: "/builders/1/builds/90" },
  { name: "build-wrap", path: "/builders/1/builds/45#L88", before: (page) => page.keyboard.press("w") },
  { name: "workers", path: "/workers" },
  { name: "workers-one", path: "/workers", size: "one" },
  { name: "workers-empty", path: "/workers", size: "empty" },
  { name: "worker", path: "/workers/2" },
  {
    name: "worker-kill",
    path: "/workers/4",
    before: async (page) => {
      await page.getByRole("button", { name: "More about winbox" }).click();
      await page.getByRole("menuitem", { name: "Leave at once…" }).click();
    },
  },
  {
    name: "worker-add",
    path: "/workers/add",
    before: async (page) => {
      await page.getByRole("textbox", { name: "Its name" }).fill("laptop");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: /On the other machine/ }).waitFor();
    },
  },
  { name: "lending", path: "/lending" },
  { name: "lending-first", path: "/lending", size: "empty" },
  {
    name: "lending-take-back",
    path: "/lending",
    before: async (page) => {
      await page.getByRole("button", { name: "Do something with the lending to farm.example.org:9989" }).click();
      await page.getByRole("menuitem", { name: "Take back at once…" }).click();
    },
  },
  { name: "timeline", path: "/timeline" },
  { name: "timeline-one", path: "/timeline", size: "one" },
  { name: "timeline-empty", path: "/timeline", size: "empty" },
  { name: "timeline-team", path: "/timeline", size: "team" },
  { name: "timeline-few", path: "/timeline?q=docs&master=llvm", size: "team" },
  {
    name: "timeline-peek",
    path: "/timeline",
    before: (page) =>
      page
        .getByRole("link", { name: /^linux-tests #/ })
        .first()
        .hover(),
  },
  { name: "console", path: "/console" },
  { name: "console-tags", path: "/console?group=tag" },
  { name: "console-one", path: "/console", size: "one" },
  { name: "console-empty", path: "/console", size: "empty" },
  { name: "console-team", path: "/console?master=llvm", size: "team" },
  { name: "changes", path: "/changes" },
  { name: "changes-details", path: "/changes?change=1040" },
  { name: "changes-empty", path: "/changes", size: "empty" },
  { name: "projects", path: "/projects" },
  { name: "add", path: "/projects/add" },
  { name: "add-steps", path: "/projects/add?path=%2Fhome%2Fann%2Fripgrep" },
  { name: "add-refused", path: "/projects/add?path=%2Fnothing" },
  {
    name: "configuration",
    path: "/projects/configuration",
    before: (page) => page.getByRole("textbox", { name: /Text of/ }).fill("a = 1\noops\n"),
  },
  { name: "notices", path: "/notices" },
  { name: "settings", path: "/settings" },
  { name: "team-now", path: "/", size: "team" },
  { name: "team-builders", path: "/builders", size: "team" },
  { name: "team-builders-master", path: "/builders?group=master", size: "team" },
  { name: "team-builders-project", path: "/builders?group=project&q=docs", size: "team" },
  { name: "team-builders-stale", path: "/builders?only=stale", size: "team" },
  { name: "team-builders-peek", path: "/builders?peek=llvm%2F4", size: "team" },
  { name: "team-builder", path: "/masters/llvm/builders/4", size: "team" },
  { name: "team-build-stale", path: "/masters/team/builders/1/builds/45", size: "team" },
  { name: "team-pending", path: "/pending", size: "team" },
  { name: "pending-empty", path: "/pending", size: "one" },
  { name: "team-changes", path: "/changes", size: "team" },
  { name: "team-workers", path: "/workers", size: "team" },
  { name: "masters", path: "/masters", size: "team" },
  { name: "masters-one", path: "/masters", size: "one" },
  { name: "master", path: "/masters/llvm", size: "team" },
  { name: "master-stale", path: "/masters/team", size: "team" },
  { name: "tries", path: "/try", size: "team" },
  { name: "tries-empty", path: "/try", size: "empty" },
  { name: "try-new", path: "/try/new?folder=/home/ann/app", size: "team" },
  {
    name: "try-new-many",
    path: "/try/new?folder=/home/ann/large",
    size: "team",
    before: (page) => page.getByText("row 0").waitFor(),
  },
  { name: "try-new-stops", path: "/try/new?folder=/home/ann/merging", size: "team" },
  { name: "try-new-clean", path: "/try/new?folder=/home/ann/clean", size: "team" },
  {
    name: "try-new-unfit",
    path: "/try/new?folder=/home/ann/app",
    size: "team",
    before: (page) => page.getByRole("radio", { name: /by a force form/ }).check(),
  },
  {
    name: "try-new-refused",
    path: "/try/new?folder=/home/ann/app",
    size: "team",
    before: async (page) => {
      await page.getByRole("textbox", { name: "Comment" }).fill("wrong");
      await page.getByRole("button", { name: /^Submit/ }).click();
      await page.getByText("This cannot be tried like that.").waitFor();
    },
  },
  {
    name: "try-preview",
    path: "/try/new?folder=/home/ann/app",
    size: "team",
    before: async (page) => {
      await page.getByText("@@ -12,10").first().waitFor();
      await page.keyboard.press("v");
    },
  },
  {
    name: "try-access",
    path: "/masters/llvm",
    size: "team",
    before: (page) => page.getByRole("button", { name: "How changes get there…" }).click(),
  },
  { name: "try-running", path: "/try/16", size: "team" },
  { name: "try-failed", path: "/try/15", size: "team" },
  { name: "try-not-applied", path: "/try/14", size: "team" },
  {
    name: "try-push",
    path: "/try/13",
    size: "team",
    before: (page) => page.getByRole("button", { name: "Push it…" }).click(),
  },
  { name: "try-refused", path: "/try/12", size: "team" },
  {
    name: "try-patch",
    path: "/try/15",
    size: "team",
    before: (page) => page.getByRole("button", { name: "Show the patch" }).click(),
  },
  { name: "join", path: "/masters/join", size: "one" },
  { name: "join-found", path: "/masters/join?url=ci.example.org", size: "one" },
  { name: "join-login", path: "/masters/join?url=login.example", size: "one" },
  { name: "join-provider", path: "/masters/join?url=github.example", size: "one" },
  { name: "join-old", path: "/masters/join?url=old.example", size: "one" },
  {
    name: "sign-in",
    path: "/masters/llvm",
    size: "team",
    before: (page) => page.getByRole("button", { name: "Sign in at LLVM Buildbot" }).click(),
  },
  {
    name: "force-tabs",
    path: "/masters/llvm/builders/1",
    size: "team",
    before: (page) => page.getByRole("button", { name: "Force…" }).click(),
  },
  { name: "why", path: "/notices?build=1045", size: "team" },
  {
    name: "rules",
    path: "/settings",
    size: "team",
    before: (page) => page.getByRole("button", { name: "Add a rule" }).click(),
  },
  { name: "log-html", path: "/builders/1/builds/45/steps/0/logs/stdio", html: true },
  { name: "nowhere", path: "/not/there" },
  {
    name: "pages-open",
    path: "/builders",
    size: "team",
    before: async (page) => {
      const button = page.getByRole("button", { name: "Pages" });
      if (await button.isVisible()) await button.click();
    },
  },
  { name: "force", path: "/builders/1", before: (page) => page.getByRole("button", { name: "Force…" }).click() },
  { name: "palette", path: "/", before: (page) => page.keyboard.press("Control+k") },
  { name: "help", path: "/builders/1/builds/45", before: (page) => page.keyboard.press("?") },
  { name: "quit", path: "/", before: (page) => page.goto(new URL("/quit", page.url()).href) },
  {
    name: "mute-menu",
    path: "/builders/1",
    before: (page) => page.getByRole("button", { name: "Mute linux-tests" }).click(),
  },
];

const LOOKS = [
  { look: "light", width: 1280, colorScheme: "light", contrast: "normal" },
  { look: "dark", width: 1280, colorScheme: "dark", contrast: "normal" },
  { look: "narrow", width: 480, colorScheme: "light", contrast: "normal" },
  { look: "wide", width: 1920, colorScheme: "light", contrast: "normal" },
  { look: "contrast", width: 1280, colorScheme: "light", contrast: "more" },
  { look: "contrast-dark", width: 1280, colorScheme: "dark", contrast: "more" },
] as const;

let browser: Browser;
beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true });
  browser = await launch();
});
afterAll(() => browser.close());

describe.each(LOOKS)("$look", ({ look, width, colorScheme, contrast }) => {
  test.each(SHOTS.filter(({ name }) => `${name}-${look}`.match(only)))(
    "$name",
    async ({ name, path, size, demo, html, before }) => {
      const host = new FakeHost(size ?? "busy", { contrast });
      host.demo = demo ?? false;
      if (html) host.logs.set(5, htmlLog(COVERAGE));
      if (name === "force-tabs") for (const row of host.masters) row.denied = {};
      const served = await serve(host);
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
      const { page } = await openPage(context);
      await page.goto(served.url + path);
      await page.locator("h1").waitFor();
      await before?.(page);
      await page.waitForTimeout(name === "configuration" ? 900 : 400);
      await page.screenshot({ path: join(FOLDER, `${name}-${look}.png`) });
      await context.close();
      await served.close();
    },
  );
});
