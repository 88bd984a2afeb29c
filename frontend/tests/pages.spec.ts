/** The pages in a real browser, found by role and name, with a made-up master behind a strict content policy. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { launch, openPage } from "./browser";
import { FakeHost } from "./fake-host";
import type { Size } from "./fake/farm";
import { serve, type Served } from "./server";

let browser: Browser;
let context: BrowserContext;
let served: Served;
let host: FakeHost;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
afterEach(async () => {
  await context.close();
  await served.close();
});

/** Opens a path on a farm. */
async function open(path: string, size: Size = "busy", width = 1280) {
  host = new FakeHost(size);
  served = await serve(host);
  context = await browser.newContext({ viewport: { width, height: 800 }, permissions: [] });
  ({ page, complaints } = await openPage(context));
  await page.goto(served.url + path);
  await page.locator("h1").waitFor();
}
const role = (...args: Parameters<Page["getByRole"]>) => page.getByRole(...args);
const heading = (name: string) => role("heading", { name, level: 1 }).waitFor();
const seen = (text: string | RegExp) => page.getByText(text).first().waitFor();
const path = () => new URL(page.url()).pathname;
/** Waits until something holds in this process, such as an order given to the fake. */
async function until(holds: () => boolean) {
  await expect.poll(holds, { timeout: 5000 }).toBe(true);
}
const ordered = (name: string) => host.orders.find((order) => order.name === name)?.input;

describe("every page", () => {
  const PAGES: [string, string][] = [
    ["/", "Now"],
    ["/builders", "Builders"],
    ["/builders/1", "linux-tests"],
    ["/builders/1/builds/45", "linux-tests #45"],
    ["/builds/1045", "linux-tests #45"],
    ["/workers", "Workers"],
    ["/workers/2", "mac-mini"],
    ["/workers/add", "Add a worker"],
    ["/lending", "Lending"],
    ["/changes", "Changes"],
    ["/projects", "Projects"],
    ["/projects/add", "Add a folder"],
    ["/projects/configuration", "Configuration"],
    ["/notices", "Notices"],
    ["/settings", "Settings"],
  ];
  test.each(PAGES)("%s shows itself, names itself, and complains about nothing", async (address, title) => {
    await open(address);
    await heading(title);
    await until(() => page.url().endsWith(address));
    await expect.poll(() => page.title()).toBe(`${title} – Outpost`);
    await page.waitForLoadState("networkidle");
    expect(complaints).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    const nameless = await page.evaluate(
      () =>
        [...document.querySelectorAll("button, a, input, select, textarea")].filter((one) => {
          const labels = (one as HTMLInputElement).labels;
          return !(one.getAttribute("aria-label") ?? one.textContent?.trim() ?? "") && !labels?.length;
        }).length,
    );
    expect(nameless).toBe(0);
  });

  test.each(PAGES)("%s fits into 480 pixels", async (address, title) => {
    await open(address, "busy", 480);
    await heading(title);
    await page.waitForLoadState("networkidle");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(480);
  });

  test("a path that is none says so, and a builder that is none says why", async () => {
    await open("/not/there");
    await heading("No such page");
    await page.goto(`${served.url}/builders/999`);
    await seen("there is no builder 999");
    await role("button", { name: "Try again" }).waitFor();
  });
});

describe("first run", () => {
  test("offers a folder, and leads to its first build", async () => {
    await open("/", "empty");
    await heading("No projects yet");
    await seen(/This desktop shows no tray/);
    await role("main").getByRole("link", { name: "Add a folder" }).click();
    await role("button", { name: "Choose ripgrep" }).click();
    await seen("Cargo (Cargo.toml)");
    await seen(/Not found on this machine/);
    await role("textbox", { name: "Command of step 2" }).fill("cargo test --workspace");
    await role("button", { name: "Add a step" }).click();
    await role("button", { name: "Add and build" }).isDisabled();
    await role("textbox", { name: "Command of step 3" }).fill("cargo doc");
    await role("button", { name: "Move step 3 up" }).click();
    host.overview.builders = new FakeHost("one").overview.builders;
    await role("button", { name: "Add and build" }).click();
    await until(() => ordered("add_project") !== undefined);
    expect(ordered("add_project")).toEqual({
      path: "/home/ann/ripgrep",
      name: "ripgrep",
      branch: "main",
      steps: [
        { name: "build", command: "cargo build --all-targets" },
        { name: "step 3", command: "cargo doc" },
        { name: "test", command: "cargo test --workspace" },
      ],
      build_now: true,
    });
    await page.waitForURL("**/builders/1/builds/41");
  });

  test("a folder without a repository is refused with the next step", async () => {
    await open("/projects/add", "empty");
    await role("textbox", { name: "Folder or address of a repository" }).fill("/home/ann/nothing");
    await page.keyboard.press("Enter");
    await seen("/home/ann/nothing is not in a git repository.");
    await seen(/Run `git init` there/);
  });
});

describe("now", () => {
  test("tells the break of mine first, and leads to its line", async () => {
    await open("/");
    await seen("You broke something.");
    const first = page.getByRole("article").first();
    await first.getByRole("heading", { name: "Broken by you and 2 others" }).waitFor();
    await first.getByRole("link", { name: "Open log" }).click();
    await page.waitForURL("**/steps/1/logs/stdio#L81");
    await role("link", { name: "Line 81", exact: true }).waitFor();
  });

  test("follows events, and stops and cancels with a reason", async () => {
    await open("/");
    await role("button", { name: "Cancel the request for lint" }).click();
    await role("textbox", { name: /Reason/ }).fill("not needed");
    await role("button", { name: "Cancel the request", exact: true }).click();
    await role("button", { name: "Cancel the request for lint" }).waitFor({ state: "detached" });
    expect(ordered("cancel")).toEqual({ request: 9001, reason: "not needed" });
    await role("button", { name: /Stop docs/ }).click();
    await page.keyboard.press("Enter");
    await until(() => ordered("stop") !== undefined);
  });

  test("mutes from the menu by keyboard, and gives the focus back", async () => {
    await open("/builders/1");
    const button = role("button", { name: "Mute linux-tests" });
    await button.focus();
    await page.keyboard.press("Enter");
    const first = role("menuitem", { name: "linux-tests for 1 hour" });
    await expect.poll(() => first.evaluate((one) => one === document.activeElement)).toBe(true);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await until(() => ordered("mute") !== undefined);
    expect(ordered("mute")).toEqual({ scope: { about: "builder", builder: 1 }, until: { until: "fixed" } });
    expect(await button.evaluate((one) => one === document.activeElement)).toBe(true);
    await page.goto(`${served.url}/notices`);
    await role("button", { name: "Unmute linux-tests" }).click();
    await role("button", { name: "Unmute linux-tests" }).waitFor({ state: "detached" });
  });

  test("a lost connection is told, nothing vanishes, and it comes back by itself", async () => {
    await open("/");
    await seen("You broke something.");
    served.reachable(false);
    await seen(/Stale since \d\d:\d\d/);
    await seen("You broke something.");
    await role("link", { name: /^Builders/ })
      .first()
      .click();
    await role("link", { name: "linux-tests", exact: true }).waitFor();
    host.overview.builders = host.overview.builders.slice(0, 3);
    served.reachable(true);
    await page.getByText(/Stale since/).waitFor({ state: "detached" });
    await role("button", { name: "All 3" }).waitFor();
  });
});

describe("builders", () => {
  test("the filter is in the address and comes back with it", async () => {
    await open("/builders", "many");
    await role("button", { name: "All 500" }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("asan-7");
    await role("link", { name: "linux-asan-7" }).waitFor();
    await until(() => page.url().endsWith("?q=asan-7"));
    await role("link", { name: "linux-asan-7" }).click();
    await heading("linux-asan-7");
    await page.goBack();
    await role("link", { name: "linux-asan-7" }).waitFor();
    expect(await role("searchbox", { name: "Filter builders" }).inputValue()).toBe("asan-7");
    await role("searchbox", { name: "Filter builders" }).fill("zzz");
    await role("button", { name: "Show all" }).click();
    await role("button", { name: "All 500" }).waitFor();
  });

  test("of 500 only those in view exist, and the last can be reached", async () => {
    await open("/builders", "many");
    await role("link", { name: "linux-tests", exact: true }).waitFor();
    const rows = () => page.locator("li[data-row]").count();
    expect(await rows()).toBeLessThan(80);
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.locator('li[aria-posinset="500"]').waitFor();
    expect(await rows()).toBeLessThan(80);
  });

  test("j and k move, enter opens, g and a letter go", async () => {
    await open("/builders");
    await role("link", { name: "linux-tests", exact: true }).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await heading("linux-asan");
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await heading("Changes");
  });

  test("details open beside the list", async () => {
    await open("/builders");
    await role("button", { name: "Details of linux-tests", exact: true }).click();
    await role("complementary", { name: "Details of linux-tests" }).getByRole("link", { name: "Open" }).waitFor();
    await page.keyboard.press("Escape");
    await role("complementary").waitFor({ state: "detached" });
  });
});

describe("a build", () => {
  const line = (number: number) => role("link", { name: `Line ${number}`, exact: true });
  const inView = (number: number) =>
    line(number).evaluate((one) => {
      const box = one.getBoundingClientRect();
      const around = one.closest("[role=region]")?.getBoundingClientRect();
      return around !== undefined && box.top >= around.top && box.bottom <= around.bottom;
    });

  test("opens at the first error, and n and p go on from there", async () => {
    await open("/builders/1/builds/45");
    await line(81).waitFor();
    expect(await inView(81)).toBe(true);
    await page.keyboard.press("n");
    await seen("Error in line 88");
    await page.keyboard.press("n");
    await seen("No further error");
    await page.keyboard.press("p");
    await seen("Error in line 81");
  });

  test("folds the environment, and shows it when asked or when a line in it is", async () => {
    await open("/builders/1/builds/45");
    await line(81).waitFor();
    await page.keyboard.press("Home");
    await role("button", { name: "Environment: 12 variables, show" }).click();
    await seen("CARGO_TERM_COLOR=always");
    await page.goto(`${served.url}/builders/1/builds/45/steps/1/logs/stdio#L9`);
    await seen("LANG=en_GB.UTF-8");
  });

  test("a line's number is its link", async () => {
    await open("/builders/1/builds/45");
    await line(80).click();
    await until(() => page.url().endsWith("/builders/1/builds/45/steps/1/logs/stdio#L80"));
  });

  test("a notice's ?line= counts from 0", async () => {
    await open("/builders/1/builds/90/steps/1/logs/stdio?line=499999");
    await line(500_000).waitFor();
    expect(await inView(500_000)).toBe(true);
  });

  test("of a million lines only those in view exist; search and the ends are quick", async () => {
    await open("/builders/1/builds/90");
    await line(949_001).waitFor();
    expect(await page.locator(".line").count()).toBeLessThan(120);
    await role("searchbox", { name: "Search the log" }).fill("[00950123]");
    await page.keyboard.press("Enter");
    await seen("Line 950124");
    await line(950_124).waitFor();
    await page.locator("[role=region]").focus();
    await page.keyboard.press("End");
    await line(1_000_000).waitFor();
    expect(await inView(1_000_000)).toBe(true);
    await page.keyboard.press("Home");
    await line(1).waitFor();
    expect(await page.locator(".line").count()).toBeLessThan(120);
  });

  test("a running log is followed as it grows, until one scrolls up", async () => {
    await open("/builders/6/builds/47");
    await line(400).waitFor();
    const log = host.logs.get(3);
    if (!log) throw new Error("the log is part of the farm");
    log.numLines = 450;
    host.send({ kind: "log", master: "bundled", log: 3, num_lines: 450, complete: false });
    await line(450).waitFor();
    expect(await inView(450)).toBe(true);
    await page.locator("[role=region]").hover();
    await page.mouse.wheel(0, -300);
    await expect.poll(() => role("button", { name: "Follow" }).getAttribute("aria-pressed")).toBe("false");
    log.numLines = 500;
    host.send({ kind: "log", master: "bundled", log: 3, num_lines: 500, complete: true });
    await seen("500 lines");
    expect(await line(500).count()).toBe(0);
  });

  test("long lines are cut, can be wrapped, and stderr is told apart", async () => {
    await open("/builders/1/builds/45#L89");
    await role("button", { name: /more characters/ })
      .first()
      .waitFor();
    const width = () => page.locator("[role=region]").evaluate((one) => one.scrollWidth - one.clientWidth);
    expect(await width()).toBeGreaterThan(1000);
    await page.keyboard.press("w");
    await expect.poll(width).toBeLessThan(5);
    expect(await page.locator(".line.e").count()).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  test("can be rebuilt, and goes to its neighbours", async () => {
    await open("/builders/1/builds/45");
    await page.keyboard.press("]");
    await heading("linux-tests #46");
    await page.keyboard.press("[");
    await heading("linux-tests #45");
    await role("button", { name: "Rebuild" }).click();
    await until(() => ordered("rebuild") !== undefined);
    await page.waitForURL("**/builders/1");
  });
});

describe("orders", () => {
  test("the force form has every kind of field, and server errors stand at theirs", async () => {
    await open("/builders/1");
    await page.keyboard.press("f");
    const dialog = role("dialog", { name: "Force a build: linux-tests" });
    await dialog.getByLabel("Branch").fill("wip");
    await dialog.getByLabel("Clean build").check();
    await dialog.getByLabel("Target").selectOption("release");
    await dialog.getByLabel("Suites").selectOption(["unit", "slow"]);
    await dialog.getByLabel("Jobs").fill("0");
    expect(await dialog.getByLabel("Secret").count()).toBe(0);
    expect(await dialog.getByLabel("Channel").count()).toBe(0);
    await dialog.getByRole("button", { name: "Build it" }).click();
    await dialog.getByText("at least 1").first().waitFor();
    expect(await dialog.getByLabel("Jobs").getAttribute("aria-invalid")).toBe("true");
    await dialog.getByLabel("Jobs").fill("2");
    await dialog.getByRole("button", { name: "Build it" }).click();
    await dialog.waitFor({ state: "detached" });
    expect(ordered("force")).toMatchObject({
      builder: 1,
      values: { reason: "", branch: "wip", clean: "true", target: "release", suites: "unit\nslow", jobs: "2" },
    });
    await role("heading", { name: "Waiting" }).waitFor();
  });

  test("the palette finds by a few letters", async () => {
    await open("/");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("pg16");
    await role("option", { name: /integration-postgres-16/ })
      .first()
      .waitFor();
    await page.keyboard.press("Enter");
    await heading("integration-postgres-16");
  });

  test("? shows the keys, and escape gives the page back", async () => {
    await open("/builders/1/builds/45");
    await page.keyboard.press("?");
    await role("dialog", { name: "Keys" }).getByText("next error").waitFor();
    await page.keyboard.press("Escape");
    await role("dialog").waitFor({ state: "detached" });
  });

  test("quitting asks while builds run", async () => {
    await open("/quit");
    const dialog = role("dialog", { name: "Quit Outpost" });
    await dialog.getByText("3 builds are under way:").waitFor();
    await dialog.getByRole("button", { name: "Keep it in the background" }).click();
    await dialog.waitFor({ state: "detached" });
    expect(path()).toBe("/");
    expect(host.orders).toEqual([]);
    await role("button", { name: "Quit…" }).click();
    await dialog.getByRole("button", { name: "Stop them and quit" }).click();
    await heading("Outpost has ended");
    expect(ordered("quit")).toEqual({ how: "stop" });
  });
});

describe("configuration", () => {
  test("is checked while it is written, shows what would change, is applied, and undone", async () => {
    await open("/projects/configuration");
    const text = role("textbox", { name: "Text of master.star" });
    const before = await text.inputValue();
    await text.fill("a = 1\noops\n");
    await seen("1 error: it cannot be applied.");
    expect(await role("button", { name: "Apply", exact: true }).isDisabled()).toBe(true);
    await role("button", { name: /Line 2/ }).click();
    expect(await text.evaluate((one: HTMLTextAreaElement) => one.selectionStart)).toBe(6);
    await text.fill(`${before}# more\n`);
    await seen("linux-riscv64");
    await role("link", { name: "Projects", exact: true }).first().click();
    await heading("Projects");
    await page.goBack();
    expect(await text.inputValue()).toContain("# more");
    await role("button", { name: "Apply", exact: true }).click();
    await seen("In use.");
    await role("button", { name: "Undo apply" }).click();
    await expect.poll(() => text.inputValue()).toBe(before);
  });

  test("a project that is removed can be had back", async () => {
    await open("/projects");
    await role("button", { name: "More about tools" }).click();
    await role("menuitem", { name: "Stop building it" }).click();
    await seen("tools is no longer watched. Its builds are kept.");
    await role("link", { name: "tools" }).waitFor({ state: "detached" });
    await role("button", { name: "Undo" }).click();
    await role("link", { name: "tools" }).waitFor();
  });
});

describe("settings", () => {
  test("an identity marks its authors while it is typed, and is kept when it is added", async () => {
    await open("/settings");
    await seen("1 of 4 authors is you");
    await role("textbox", { name: "Another name or address of yours" }).fill("bob");
    await seen("2 of 4 authors is you");
    await page.keyboard.press("Enter");
    await until(() => host.settings.identities.includes("bob"));
    await role("button", { name: "Remove bob" }).click();
    await until(() => !host.settings.identities.includes("bob"));
  });

  test("dark is dark at once, and quiet hours are kept", async () => {
    await open("/settings");
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    await role("radio", { name: "Dark" }).check();
    await expect.poll(ground).not.toBe(light);
    await role("checkbox", { name: "Quiet hours" }).check();
    await until(() => host.settings.quiet_from === "22:00");
    expect(host.settings.theme).toBe("dark");
  });
});

describe("changes and notices", () => {
  test("a change opens beside the list, also one that is older than the list", async () => {
    await open("/changes");
    await role("link", { name: "parser: accept an empty group" }).first().click();
    await role("complementary").getByText("The longer story, over").waitFor();
    await page.goto(`${served.url}/changes?change=910`);
    await role("complementary").getByText("The longer story, over").waitFor();
    await role("button", { name: "Show older changes" }).click();
    await expect.poll(() => page.locator("main li.row").count()).toBeGreaterThan(60);
  });

  test("why a build was told or not can be filtered, and an open event goes to its page", async () => {
    await open("/notices");
    await role("button", { name: "Told", exact: true }).click();
    await seen("you broke it: 1 of 3 changes is yours");
    expect(await page.getByText("it was red before").count()).toBe(0);
    host.send({ kind: "open", path: "/builders/1/builds/45?line=80" });
    await heading("linux-tests #45");
  });
});

describe("workers", () => {
  test("each tells what it does, why it is paused, and who was turned away", async () => {
    await open("/workers");
    await seen("Building 2 of 2");
    await seen("“its disk is being replaced”");
    await seen("Leaving after its builds, building");
    await seen("no builder has it");
    await seen("wrong password");
    await seen("another program has it");
    await role("link", { name: "docs #47" }).click();
    await until(() => path() === "/builders/6/builds/47");
  });

  test("is paused with a reason and let go on, by keyboard", async () => {
    await open("/workers/2");
    await role("button", { name: "More about mac-mini" }).focus();
    await page.keyboard.press("Enter");
    await role("menuitem", { name: "Pause…" }).press("Enter");
    await role("textbox", { name: /Reason/ }).fill("an update");
    await page.keyboard.press("Enter");
    await seen("“an update”");
    expect(ordered("order_worker")).toEqual({ worker: 2, verb: "pause", reason: "an update" });
    await role("button", { name: "More about mac-mini" }).click();
    await role("menuitem", { name: "Let it build again" }).click();
    await until(() => host.orders.at(-1)?.input !== undefined && host.workers.workers[1]?.paused === false);
  });

  test("what loses builds asks first and says so; what can be taken back does not ask", async () => {
    await open("/workers");
    const menu = () => role("button", { name: "More about winbox" }).click();
    await menu();
    await role("menuitem", { name: "Stay after its builds" }).click();
    await until(() => ordered("order_worker") !== undefined);
    expect(ordered("order_worker")).toEqual({ worker: 4, verb: "stay", reason: "" });
    await menu();
    await role("menuitem", { name: "Leave at once…" }).click();
    await seen("1 build is under way there and will be made again.");
    await role("button", { name: "Not now" }).click();
    await menu();
    await role("menuitem", { name: "Leave at once…" }).click();
    await role("button", { name: "Send it away at once" }).click();
    await until(() => host.orders.length === 2);
    expect(host.orders[1]?.input).toEqual({ worker: 4, verb: "kill", reason: "" });
  });

  test("a local one cannot be sent away", async () => {
    await open("/workers/1");
    await role("button", { name: "More about local" }).click();
    expect(await role("menuitem").allTextContents()).toEqual(["Pause…"]);
  });

  test("adding one says what to write here and what to type there", async () => {
    await open("/workers");
    await role("link", { name: "Add a worker" }).click();
    await heading("Add a worker");
    await role("textbox", { name: "Its name" }).fill("a b");
    await role("button", { name: "Make a password" }).click();
    await seen("a worker's name has");
    await role("textbox", { name: "Its name" }).fill("laptop");
    await page.keyboard.press("Enter");
    await seen('c["workers"].append(worker.Worker("laptop", secret("worker-laptop")))');
    await seen(/buildbot-worker create-worker laptop-worker farm:9989 laptop/);
    await seen("The configuration has laptop; it has not come yet.");
    const row = host.workers.workers.find((one) => one.name === "laptop");
    if (row) row.connected = true;
    host.send({ kind: "overview" });
    await role("link", { name: "laptop is connected" }).click();
    await heading("laptop");
  });

  test("without any, the way to the first one is shown", async () => {
    await open("/workers", "empty");
    await seen("No worker is configured");
    await seen("No port is open");
  });
});

describe("lending", () => {
  test("begins with three fields, and says what it means", async () => {
    await open("/lending", "empty");
    await heading("Lending");
    await seen(/with your own rights/);
    const lend = role("button", { name: "Lend this machine" });
    expect(await lend.isDisabled()).toBe(true);
    await role("textbox", { name: "Master" }).fill("farm.example.org");
    await role("textbox", { name: "Worker name" }).fill("ann");
    await page.getByLabel("Password", { exact: true }).fill("s3cret");
    await lend.click();
    await until(() => ordered("add_lending") !== undefined);
    expect(ordered("add_lending")).toEqual({
      fields: {
        master: "farm.example.org",
        name: "ann",
        password: "s3cret",
        protocol: null,
        tls: false,
        folder: null,
        builds: 1,
        nice: 10,
        session_only: false,
      },
    });
    await seen("Waiting for builds");
    expect(await page.getByLabel("Password", { exact: true }).count()).toBe(0);
  });

  test("says what is wrong with an address, and keeps what was typed", async () => {
    await open("/lending", "empty");
    await role("textbox", { name: "Master" }).fill("no address");
    await role("textbox", { name: "Worker name" }).fill("ann");
    await page.getByLabel("Password", { exact: true }).fill("s3cret");
    await page.keyboard.press("Enter");
    await seen("this is no address");
    expect(await role("textbox", { name: "Master" }).inputValue()).toBe("no address");
  });

  test("pauses at once, and asks before it takes back", async () => {
    await open("/lending");
    await seen("Building for 2 builders");
    await seen(/does not accept worker 'ann' with this password/);
    await role("button", { name: "Pause" }).first().click();
    await until(() => ordered("order_lending") !== undefined);
    expect(ordered("order_lending")).toEqual({ lending: 1, verb: "pause" });
    host.orders.length = 0;
    await role("button", { name: "Do something with the lending to farm.example.org:9989" }).click();
    await role("menuitem", { name: "Take back at once…" }).click();
    await seen(/2 builds end at once/);
    expect(host.orders).toEqual([]);
    await role("button", { name: "Take it back" }).click();
    await until(() => ordered("order_lending") !== undefined);
    expect(ordered("order_lending")).toEqual({ lending: 1, verb: "take_back" });
  });

  test("changes without asking for the password again, and removes", async () => {
    await open("/lending", "one");
    const menu = role("button", { name: /^Do something with the lending/ });
    await menu.click();
    await role("menuitem", { name: "Change…" }).click();
    await role("textbox", { name: "Worker name" }).fill("ann-desk");
    await role("button", { name: "Save" }).click();
    await until(() => ordered("change_lending") !== undefined);
    expect(ordered("change_lending")).toMatchObject({ lending: 1, fields: { name: "ann-desk", password: null } });
    await menu.click();
    await role("menuitem", { name: "Remove…" }).click();
    await role("button", { name: "Remove it" }).click();
    await role("button", { name: "Lend this machine" }).waitFor();
    expect(ordered("remove_lending")).toEqual({ lending: 1 });
  });
});
