import { describe, expect, test } from "vitest";
import { host, open, ordered, page, role, seen, served, stand, until } from "./stand";

stand();

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
    expect(ordered("cancel")).toEqual({ master: "bundled", request: 9001, reason: "not needed" });
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
    expect(ordered("mute")).toEqual({
      scope: { about: "builder", master: "bundled", builder: 1 },
      until: { until: "fixed" },
    });
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
