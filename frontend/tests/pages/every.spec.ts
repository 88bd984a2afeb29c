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
