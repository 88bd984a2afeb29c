import { describe, expect, test } from "vitest";
import { host, open, page, role, seen, stand, until } from "./stand";

stand();

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
