import { describe, expect, test } from "vitest";
import { complaints, open, page, path, role, seen, stand, until } from "./stand";

stand();

const cells = () => page.locator("[id^=cell-]");

describe("the console", () => {
  test("a row tells its change: message, author, revision, time, and whether it is mine", async () => {
    await open("/console");
    const row = page.locator("[data-row]").nth(3);
    await row.getByRole("link", { name: "parser: accept an empty group" }).waitFor();
    for (const text of ["Ann Lee", /^[0-9a-f]{7}$/, /ago$/]) await row.getByText(text).waitFor();
    await row.getByText("you", { exact: true }).waitFor();
    await row.getByRole("link").click();
    await until(() => path() === "/changes" && page.url().includes("change=1040"));
  });

  test("a build with several changes is one shape over their rows, and says so", async () => {
    await open("/console");
    const cell = role("link", { name: /, 3 changes here$/ }).first();
    await cell.waitFor();
    const box = await cell.boundingBox();
    expect(box?.height).toBeGreaterThan(2 * 32);
    await cell.click();
    await until(() => /^\/builders\/\d+\/builds\/\d+$/.test(path()));
  });

  test("where a builder broke is framed", async () => {
    await open("/console");
    await cells().first().waitFor();
    expect(await page.locator(".break").count()).toBeGreaterThan(0);
  });

  test("columns can be grouped and filtered, and the branch chosen; all is in the address", async () => {
    await open("/console?q=linux");
    await cells().first().waitFor();
    const heads = () => page.locator(".head").count();
    const few = await heads();
    await role("button", { name: "By tag" }).click();
    await until(() => page.url().includes("group=tag"));
    await page.locator(".group", { hasText: "desktop" }).waitFor();
    await role("searchbox", { name: "Filter builders" }).fill("");
    await expect.poll(heads).toBeGreaterThan(few);
    await role("combobox", { name: "Branch" }).selectOption({ label: "app: release/2.4" });
    await until(() => page.url().includes("branch=release%2F2.4"));
    await expect.poll(() => page.locator("[data-row]").count()).toBe(4);
    await role("combobox", { name: "Branch" }).selectOption({ label: "app: default branch" });
    await until(() => page.url().includes("branch=*"));
    expect(complaints).toEqual([]);
  });

  test("arrows go from build to build", async () => {
    await open("/console");
    await cells().first().waitFor();
    const now = () => page.evaluate(() => document.activeElement?.id ?? "");
    await page.keyboard.press("ArrowDown");
    await expect.poll(now).toMatch(/^cell-/);
    const first = await now();
    await page.keyboard.press("ArrowRight");
    await expect.poll(now).not.toBe(first);
    await page.keyboard.press("Enter");
    await until(() => path().includes("/builds/"));
  });

  test("another master's is its own, and only what is near the view exists", async () => {
    await open("/console?master=llvm", "team");
    await cells().first().waitFor();
    expect(await cells().count()).toBeLessThan(1200);
    expect(await cells().first().getAttribute("href")).toMatch(/^\/masters\/llvm\/builders\/\d+\/builds\/\d+$/);
  });

  test("nothing at all says so", async () => {
    await open("/console", "empty");
    await seen("No change was seen yet.");
  });
});
