/**
 * The pictures in `docs/pictures`, of the real program and real builds: `npm run pictures:real`. Runs inside
 * `tests/desktop-rig`; `now.png` is the whole desktop with tray, notice and window, the others are pages in a browser.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { launch, openPage } from "../browser";
import { desk, type Desk } from "./desk";
import { Outpost, PROGRAM } from "./outpost";

const FOLDER = join(import.meta.dirname, "../../../docs/pictures");

let outpost: Outpost;
let browser: Browser;
let page: Page;
let scene: Desk | undefined;
beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true });
  outpost = await Outpost.prepared(await home(), "Mia Berg");
  await outpost.run([]);
  browser = await launch();
  ({ page } = await openPage(await browser.newContext()));
  await page.goto(outpost.link);
});
afterAll(async () => {
  scene?.end();
  await browser.close();
  await outpost.end();
});

test("pictures", { timeout: 240_000 }, async () => {
  await pages([["first-run", "/"]]);
  scene = await desk(outpost);
  await desktop("now");
  const kestrel = (await outpost.call("overview", { since: null })).builders.find((row) => row.name === "kestrel");
  const build = `/builders/${kestrel?.builder}/builds/6`;
  await pages([["now-narrow", "/"]], 480);
  await pages(
    [
      ["now-dark", "/"],
      ["build-dark", build],
    ],
    1120,
    "dark",
  );
  await pages([
    ["builders", "/builders"],
    ["build", build],
    ["changes", "/changes"],
    ["projects", "/projects"],
  ]);
});

/** Pages in the browser. */
async function pages(shots: [string, string][], width = 1120, colorScheme: "light" | "dark" = "light"): Promise<void> {
  await page.setViewportSize({ width, height: 720 });
  await page.emulateMedia({ colorScheme });
  for (const [name, path] of shots) {
    await page.goto(outpost.url + path);
    await settled();
    await page.screenshot({ path: picture(name) });
    smaller(name);
  }
}

async function settled(): Promise<void> {
  await page.locator("h1").waitFor();
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(300);
}

/** The whole desktop with the real window. */
async function desktop(name: string): Promise<void> {
  const frame = { width: 1060, height: 700, x: 20, y: 60, maximized: false };
  await writeFile(join(outpost.home, "outpost/data/default.window.json"), JSON.stringify(frame));
  run("xsetroot", "-solid", "#4b5b66");
  const frames = spawn("xfwm4", ["--compositor=off"], { stdio: "ignore" });
  const window = spawn(join(PROGRAM, "../outpost-desktop"), [], { env: outpost.environment, stdio: "inherit" });
  run("xdotool", "search", "--sync", "--onlyvisible", "--name", "Now – Outpost", "windowactivate", "--sync");
  // The page draws its rows after its title.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  run("import", "-window", "root", "-crop", "1440x800+0+0", "+repage", picture(name));
  smaller(name);
  window.kill();
  frames.kill();
}

/** A folder whose name can be shown. */
async function home(): Promise<string> {
  await mkdir("/tmp/mia");
  return "/tmp/mia";
}

function picture(name: string): string {
  return join(FOLDER, `${name}.png`);
}

/** 256 colours do for these pages. */
function smaller(name: string): void {
  run("pngquant", "--force", "--output", picture(name), "256", picture(name));
  run("optipng", "-quiet", "-strip", "all", picture(name));
}

function run(program: string, ...words: string[]): void {
  const done = spawnSync(program, words, { encoding: "utf8", timeout: 30_000 });
  if (done.status !== 0) throw new Error(`${program} ${words.join(" ")}: ${done.error ?? done.stderr}`);
}
