import { describe, expect, test } from "vitest";
import { heading, host, open, ordered, page, path, role, seen, served, until, stand } from "./stand";

stand();

describe("several masters", () => {
  test("one that is away is one calm line on Now, and colours nothing", async () => {
    await open("/", "team");
    await seen(/7 builders broken/);
    await seen(/150 stale/);
    const away = role("listitem").filter({ hasText: "Stale since 10:18: connection refused" });
    await away.waitFor();
    await seen("150 builders as last heard of.");
    expect(await page.locator("main .mark.failure").count()).toBeLessThan(20);
    await page.goto(`${served.url}/builders?master=team&q=macos`);
    const row = role("listitem").filter({ hasText: "team/team-macos-arm64" }).first();
    await row.waitFor();
    await row.getByText("Stale", { exact: true }).waitFor();
    await row.getByText(/when last heard of/).waitFor();
  });

  test("what happened while a master was away is one line, leads to its breaks, and can be put away", async () => {
    await open("/", "team");
    const line = role("listitem").filter({ hasText: "could not be heard" });
    await line.getByText("1 broken by you, 2 broken, 1 fixed").waitFor();
    await line.getByText("and 1 more").waitFor();
    await line.getByRole("link", { name: /^Broken by you/ }).click();
    await heading("#45");
    expect(path()).toBe("/masters/llvm/builders/4/builds/45");
    await page.goBack();
    await role("button", { name: "Put away what happened at LLVM Buildbot" }).click();
    await line.waitFor({ state: "detached" });
    expect(ordered("put_away")).toEqual({ away: 3 });
  });

  test("builders with equal ids are told apart, and lead to their own pages", async () => {
    await open("/builders?q=linux-tests", "team");
    await role("link", { name: "linux-tests", exact: true }).waitFor();
    await role("link", { name: "llvm/clang-linux-tests", exact: true }).click();
    await heading("clang-linux-tests");
    expect(path()).toBe("/masters/llvm/builders/1");
    await role("link", { name: "#41", exact: true }).first().waitFor();
  });

  test("groups by master and by project, over masters, in the address", async () => {
    await open("/builders", "team");
    await role("combobox", { name: "Group builders" }).selectOption("master");
    await role("link", { name: "LLVM Buildbot" }).first().waitFor();
    await until(() => page.url().endsWith("group=master"));
    await role("combobox", { name: "Group builders" }).selectOption("project");
    await role("searchbox", { name: "Filter builders" }).fill("docs");
    await seen("team/team-docs");
    await seen("llvm/clang-docs");
  });

  test("flaky and claimed ones say so", async () => {
    await open("/builders?only=broken", "team");
    await role("listitem").filter({ hasText: "clang-macos-arm64" }).getByText("claimed").waitFor();
    await role("listitem").filter({ hasText: "flaky" }).first().waitFor();
  });

  test("a stale build says since when, and forbids what would not be heard", async () => {
    await open("/masters/team/builders/1/builds/45", "team");
    await seen(/Stale since \d\d:\d\d\./);
    await seen(/cannot be heard; this is what was seen of the build before/);
    const rebuild = role("button", { name: "Rebuild" });
    expect(await rebuild.getAttribute("aria-disabled")).toBe("true");
    const link = role("link", { name: "Open at the master" });
    expect(await link.getAttribute("href")).toBe("http://buildbot.team.example:8010/#/builders/1/builds/45");
    await page.keyboard.press("r");
    await seen(/^Not now: Team of the long-named product/);
    expect(ordered("rebuild")).toBeUndefined();
  });

  test("a keystroke in the filter of 500 builders is quick", async () => {
    await open("/builders", "team");
    await role("button", { name: "All 500" }).waitFor();
    const field = role("searchbox", { name: "Filter builders" });
    await field.focus();
    await page.evaluate(() => {
      const slow: number[] = [];
      Object.assign(window, { slow });
      addEventListener("input", () => {
        const began = performance.now();
        requestAnimationFrame(() => setTimeout(() => slow.push(performance.now() - began)));
      });
    });
    await page.keyboard.type("clang-lint", { delay: 60 });
    await role("link", { name: "llvm/clang-lint", exact: true }).waitFor();
    const slow = await page.evaluate(() => (window as unknown as { slow: number[] }).slow);
    expect(slow.length).toBe(10);
    console.log(`filter keystrokes with 500 builders, milliseconds: ${slow.map((one) => one.toFixed(1)).join(" ")}`);
  });
});

describe("who has it, and why", () => {
  test("a break is claimed and given back; on a plain Buildbot that stays here, and says so", async () => {
    await open("/", "team");
    const claimed = page.getByRole("article").filter({ hasText: "Bob Ray has it" });
    await claimed.getByText(/others see it/).waitFor();
    await claimed.getByRole("button", { name: "Take it over" }).click();
    await seen("You have it");
    await seen(/only here: a plain Buildbot cannot tell others/);
    expect(ordered("claim")).toEqual({ master: "llvm", builder: 4 });
    await role("button", { name: "Give it back" }).click();
    await until(() => ordered("unclaim") !== undefined);
    await role("button", { name: "I have linux-tests" }).click();
    await until(() => host.orders.filter((one) => one.name === "claim").length === 2);
    expect(host.orders.at(-1)?.input).toEqual({ master: "bundled", builder: 1 });
  });

  test("a build's page leads to why there was a notice, or none", async () => {
    await open("/masters/llvm/builders/1/builds/41", "team");
    await role("link", { name: "Why a notice, or none" }).click();
    await role("complementary").getByText("No notice came: none of its 3 changes is yours.").waitFor();
    expect(page.url()).toMatch(/\/notices\?build=\d+&of=llvm$/);
  });

  test("a build answers why there was no notice, by an address", async () => {
    await open("/notices");
    await role("link", { name: "none of its changes is yours" }).first().click();
    const panel = role("complementary");
    await panel.getByText("No notice came: none of its 3 changes is yours.").waitFor();
    await panel.getByText("Bob Ray and Cleo Diaz").waitFor();
    await page.reload();
    await role("complementary").getByText("Not told", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await role("complementary").waitFor({ state: "detached" });
  });
});

describe("pending", () => {
  test("requests of all masters are filtered, given another priority, and cancelled", async () => {
    await open("/pending", "team");
    await seen("8 requests wait");
    await role("searchbox", { name: "Filter requests" }).fill("clang-docs");
    await seen("1 request waits");
    await role("button", { name: "Priority of the request for clang-docs" }).click();
    await role("menuitem", { name: "Before others (10)" }).click();
    await until(() => ordered("set_priority") !== undefined);
    expect(ordered("set_priority")).toEqual({ master: "llvm", request: 70_005, priority: 10 });
    await seen("Priority 10");
    await role("button", { name: "Cancel the request for clang-docs" }).click();
    await role("button", { name: "Cancel the request", exact: true }).click();
    await seen("None of 7 requests matches.");
    expect(ordered("cancel")).toEqual({ master: "llvm", request: 70_005, reason: "" });
  });

  test("nothing waits", async () => {
    await open("/pending", "one");
    await seen("Nothing waits to be built.");
  });
});

describe("forcing at a joined master", () => {
  const allowed = () => {
    for (const row of host.masters) row.denied = {};
    host.send({ kind: "masters" });
  };

  test("has its schedulers, tabs and files, and shows the tab of an error", async () => {
    await open("/masters/llvm/builders/1", "team");
    allowed();
    await expect.poll(() => role("button", { name: "Force…" }).getAttribute("aria-disabled")).toBeNull();
    await role("button", { name: "Force…" }).click();
    const dialog = role("dialog", { name: "Make a release: clang-linux-tests" });
    await dialog.getByLabel("Minor").fill("7");
    await dialog.getByRole("tab", { name: "Notes" }).click();
    await dialog.getByLabel("Release notes").fill("better");
    await dialog.getByLabel("As in the build").selectOption("clang-linux-tests/45");
    const file = dialog.getByLabel("Checksums");
    await file.setInputFiles({ name: "big", mimeType: "text/plain", buffer: Buffer.alloc(1001, "x") });
    await seen("big has 1 KB; the master takes 1 KB at most.");
    await file.setInputFiles({ name: "sums", mimeType: "text/plain", buffer: Buffer.from("abc  file\n") });
    await dialog.getByRole("tab", { name: "Version" }).click();
    await dialog.getByLabel("Major").fill("0");
    await dialog.getByRole("tab", { name: "Notes" }).click();
    await dialog.getByRole("button", { name: "Build it" }).click();
    await seen("at least 1");
    expect(await dialog.getByRole("tab", { name: "Version" }).getAttribute("aria-selected")).toBe("true");
    await dialog.getByLabel("Major").fill("4");
    await dialog.getByRole("button", { name: "Build it" }).click();
    await dialog.waitFor({ state: "detached" });
    expect(ordered("force")).toEqual({
      master: "llvm",
      builder: 1,
      scheduler: "release",
      values: {
        reason: "",
        major: "4",
        minor: "7",
        notes: "better",
        list: "abc  file\n",
        like: "clang-linux-tests/45",
      },
    });
  });

  test("a field of a kind that is not known leads to the master's own form", async () => {
    await open("/masters/llvm/builders/1", "team");
    allowed();
    await expect.poll(() => role("button", { name: "Force…" }).getAttribute("aria-disabled")).toBeNull();
    await role("button", { name: "Force…" }).click();
    await role("combobox", { name: "Asked by" }).selectOption("odd");
    await seen(/This form asks for Signature in a way/);
    const link = role("link", { name: "Open in browser" });
    expect(await link.getAttribute("href")).toBe("https://lab.llvm.example/buildbot/#/builders/1/force/release");
    expect(await role("button", { name: "Build it" }).count()).toBe(0);
  });
});
