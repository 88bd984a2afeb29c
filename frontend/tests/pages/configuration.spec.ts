import { describe, expect, test } from "vitest";
import { heading, open, page, role, seen, stand } from "./stand";

stand();

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
