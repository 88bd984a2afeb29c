/** What pictures are made of: pages as they open, and pages after somebody did something. */
import type { Page } from "playwright-core";
import type { FakeHost } from "./fake-host";
import type { Size } from "./fake/farm";
import { htmlLog } from "./fake/logs";

/** A picture. */
export interface Shot {
  name: string;
  path: string;
  size: Size;
  /** Makes the farm ready. */
  farm?: (host: FakeHost) => unknown;
  /** What is done before the picture is taken. */
  before?: (page: Page) => Promise<unknown>;
}

/** Pages as they open, by the size of the farm. */
const AS_THEY_OPEN: Partial<Record<Size, Record<string, string>>> = {
  empty: {
    "first-run": "/",
    "workers-empty": "/workers",
    "lending-first": "/lending",
    "timeline-empty": "/timeline",
    "console-empty": "/console",
    "changes-empty": "/changes",
    "tries-empty": "/try",
  },
  one: {
    "now-one": "/",
    "workers-one": "/workers",
    "timeline-one": "/timeline",
    "console-one": "/console",
    "pending-empty": "/pending",
    "masters-one": "/masters",
    join: "/masters/join",
    "join-found": "/masters/join?url=ci.example.org",
    "join-login": "/masters/join?url=login.example",
    "join-provider": "/masters/join?url=github.example",
    "join-old": "/masters/join?url=old.example",
  },
  busy: {
    now: "/",
    builders: "/builders",
    "builders-peek": "/builders?peek=1",
    builder: "/builders/1",
    "build-failed": "/builders/1/builds/45",
    "build-green": "/builders/1/builds/46",
    "build-running": "/builders/6/builds/47",
    "build-large": "/builders/1/builds/90",
    workers: "/workers",
    worker: "/workers/2",
    lending: "/lending",
    timeline: "/timeline",
    console: "/console",
    "console-tags": "/console?group=tag",
    changes: "/changes",
    "changes-details": "/changes?change=1040",
    projects: "/projects",
    add: "/projects/add",
    "add-steps": "/projects/add?path=%2Fhome%2Fann%2Fripgrep",
    "add-refused": "/projects/add?path=%2Fnothing",
    notices: "/notices",
    settings: "/settings",
    nowhere: "/not/there",
  },
  many: {
    "builders-many": "/builders?q=linux",
  },
  team: {
    "timeline-team": "/timeline",
    "timeline-few": "/timeline?q=docs&master=llvm",
    "console-team": "/console?master=llvm",
    "team-now": "/",
    "team-builders": "/builders",
    "team-builders-master": "/builders?group=master",
    "team-builders-project": "/builders?group=project&q=docs",
    "team-builders-stale": "/builders?only=stale",
    "team-builders-peek": "/builders?peek=llvm%2F4",
    "team-builder": "/masters/llvm/builders/4",
    "team-build-stale": "/masters/team/builders/1/builds/45",
    "team-pending": "/pending",
    "team-changes": "/changes",
    "team-workers": "/workers",
    masters: "/masters",
    master: "/masters/llvm",
    "master-stale": "/masters/team",
    tries: "/try",
    "try-new": "/try/new?folder=/home/ann/app",
    "try-new-stops": "/try/new?folder=/home/ann/merging",
    "try-new-clean": "/try/new?folder=/home/ann/clean",
    "try-running": "/try/16",
    "try-failed": "/try/15",
    "try-not-applied": "/try/14",
    "try-refused": "/try/12",
    why: "/notices?build=1045",
  },
};

const COVERAGE =
  "<h1>Coverage</h1><table border=1><tr><th>File<th>Lines<th>Covered</tr><tr><td>src/main.c<td>412<td>87 %</tr></table>";
const CHANGE = "/try/new?folder=/home/ann/app";

type Before = (page: Page) => Promise<unknown>;
/** Presses a key, or the button of a name. */
const key =
  (name: string): Before =>
  (page) =>
    page.keyboard.press(name);
const button =
  (name: string): Before =>
  (page) =>
    page.getByRole("button", { name }).click();
/** Chooses an order of a menu. */
const order =
  (menu: string, name: string): Before =>
  async (page) => {
    await button(menu)(page);
    await page.getByRole("menuitem", { name }).click();
  };

/** Pages after something was done: the name, the size of the farm, the path, and what. */
const AFTER: [name: string, size: Size, path: string, before: Before][] = [
  ["build-wrap", "busy", "/builders/1/builds/45#L88", key("w")],
  ["worker-kill", "busy", "/workers/4", order("More about winbox", "Leave at once…")],
  [
    "worker-add",
    "busy",
    "/workers/add",
    async (page) => {
      await page.getByRole("textbox", { name: "Its name" }).fill("laptop");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: /On the other machine/ }).waitFor();
    },
  ],
  [
    "lending-take-back",
    "busy",
    "/lending",
    order("More about the lending to farm.example.org:9989", "Take back at once…"),
  ],
  [
    "timeline-peek",
    "busy",
    "/timeline",
    (page) =>
      page
        .getByRole("link", { name: /^linux-tests #/ })
        .first()
        .hover(),
  ],
  [
    "configuration",
    "busy",
    "/projects/configuration",
    async (page) => {
      await page.getByRole("textbox", { name: /Text of/ }).fill("a = 1\noops\n");
      await page.waitForTimeout(500);
    },
  ],
  ["try-new-many", "team", "/try/new?folder=/home/ann/large", (page) => page.getByText("row 0").waitFor()],
  ["try-new-unfit", "team", CHANGE, (page) => page.getByRole("radio", { name: /by a force form/ }).check()],
  [
    "try-new-refused",
    "team",
    CHANGE,
    async (page) => {
      await page.getByRole("textbox", { name: "Comment" }).fill("wrong");
      await page.getByRole("button", { name: /^Submit/ }).click();
      await page.getByText("This cannot be tried like that.").waitFor();
    },
  ],
  [
    "try-preview",
    "team",
    CHANGE,
    async (page) => {
      await page.getByText("@@ -12,10").first().waitFor();
      await page.keyboard.press("v");
    },
  ],
  ["try-access", "team", "/masters/llvm", button("How changes get there…")],
  ["try-push", "team", "/try/13", button("Push it…")],
  ["try-patch", "team", "/try/15", button("Show the patch")],
  ["sign-in", "team", "/masters/llvm", button("Sign in at LLVM Buildbot")],
  ["rules", "team", "/settings", button("Add a rule")],
  [
    "pages-open",
    "team",
    "/builders",
    async (page) => {
      const pages = page.getByRole("button", { name: "Pages" });
      if (await pages.isVisible()) await pages.click();
    },
  ],
  ["force", "busy", "/builders/1", button("Force…")],
  ["mute-menu", "busy", "/builders/1", button("Mute linux-tests")],
  ["palette", "busy", "/", key("Control+k")],
  ["help", "busy", "/builders/1/builds/45", key("?")],
  ["quit", "busy", "/", (page) => page.goto(new URL("/quit", page.url()).href)],
];

/** Pages of a farm that was made ready for them. */
const OF_ANOTHER_FARM: Shot[] = [
  { name: "now-demo", size: "one", path: "/", farm: (host) => (host.demo = true) },
  {
    name: "log-html",
    size: "busy",
    path: "/builders/1/builds/45/steps/0/logs/stdio",
    farm: (host) => host.logs.set(5, htmlLog(COVERAGE)),
  },
  {
    name: "force-tabs",
    size: "team",
    path: "/masters/llvm/builders/1",
    farm: (host) => host.masters.forEach((row) => (row.denied = {})),
    before: button("Force…"),
  },
];

const sizes = Object.keys(AS_THEY_OPEN) as Size[];

/** All of them. */
export const SHOTS: readonly Shot[] = [
  ...sizes.flatMap((size) =>
    Object.entries(AS_THEY_OPEN[size] ?? {}).map(([name, path]): Shot => ({ name, size, path })),
  ),
  ...AFTER.map(([name, size, path, before]): Shot => ({ name, size, path, before })),
  ...OF_ANOTHER_FARM,
];
