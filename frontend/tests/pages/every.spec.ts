import { describe, expect, test } from "vitest";
import { complaints, heading, open, page, role, seen, served, stand, until } from "./stand";

stand();

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
  const TEAM_PAGES: [string, string][] = [
    ["/", "Now"],
    ["/builders", "Builders"],
    ["/builders?group=master", "Builders"],
    ["/pending", "Pending"],
    ["/timeline", "Timeline"],
    ["/console?master=llvm", "Console"],
    ["/changes", "Changes"],
    ["/workers", "Workers"],
    ["/notices", "Notices"],
    ["/settings", "Settings"],
    ["/masters", "Masters"],
    ["/try", "Try"],
    ["/try/new?folder=/home/ann/app", "Try a change"],
    ["/try/new?folder=/home/ann/large", "Try a change"],
    ["/try/16", "store: keep the index in one transaction"],
    ["/masters/join", "Join a master"],
    ["/masters/llvm", "LLVM Buildbot"],
    ["/masters/llvm/builders/1", "clang-linux-tests"],
    ["/masters/team/builders/1/builds/45", "team-linux-tests #45"],
  ];
  test.each([
    ...PAGES.map(([address, title]) => [address, title, "busy"] as const),
    ...TEAM_PAGES.map(([address, title]) => [address, title, "team"] as const),
  ])("%s shows itself, names itself, and complains about nothing", async (address, title, size) => {
    await open(address, size);
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

  test.each([
    ...PAGES.map(([address, title]) => [address, title, "busy"] as const),
    ...TEAM_PAGES.map(([address, title]) => [address, title, "team"] as const),
  ])("%s fits into 480 pixels", async (address, title, size) => {
    await open(address, size, 480);
    await heading(title);
    await page.waitForLoadState("networkidle");
    const nav = role("navigation", { name: "Pages" });
    expect(await nav.evaluate((one) => one.scrollWidth <= one.clientWidth)).toBe(true);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(480);
  });

  test("at 480 pixels a button opens all pages, and escape gives the focus back to it", async () => {
    await open("/", "team", 480);
    const nav = role("navigation", { name: "Pages" });
    expect(await nav.getByRole("link", { name: "Settings" }).isVisible()).toBe(false);
    expect(await nav.getByRole("link", { name: "Now" }).isVisible()).toBe(true);
    const button = role("button", { name: "Pages" });
    await button.focus();
    await page.keyboard.press("Enter");
    await nav.getByRole("link", { name: "Settings" }).waitFor();
    expect(await nav.evaluate((one) => one.scrollWidth <= one.clientWidth)).toBe(true);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
    await nav.getByRole("link", { name: "Settings" }).waitFor({ state: "hidden" });
    expect(await button.evaluate((one) => one === document.activeElement)).toBe(true);
    await button.click();
    await nav.getByRole("link", { name: "Settings" }).click();
    await heading("Settings");
    await expect.poll(() => button.getAttribute("aria-expanded")).toBe("false");
    expect(await nav.getByRole("link", { name: "Settings" }).isVisible()).toBe(true);
  });

  test("a path that is none says so, and a builder that is none says why", async () => {
    await open("/not/there");
    await heading("No such page");
    await page.goto(`${served.url}/builders/999`);
    await seen("there is no builder 999");
    await role("button", { name: "Try again" }).waitFor();
  });
});
