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

  test("what was removed by the keyboard is there again by the keyboard, where it was", async () => {
    await open("/settings");
    await role("textbox", { name: "Another name or address of yours" }).fill("bob");
    await page.keyboard.press("Enter");
    await until(() => host.settings.identities.includes("bob"));
    await role("button", { name: "Remove ann@example.org" }).focus();
    await page.keyboard.press("Enter");
    await until(() => host.settings.identities.length === 1);
    await seen("ann@example.org is removed.");
    await page.keyboard.press("Enter");
    await until(() => host.settings.identities.length === 2);
    expect(host.settings.identities).toEqual(["ann@example.org", "bob"]);
  });

  test("who one is on one master is kept for that master, and leads there and back", async () => {
    await open("/settings", "team");
    await role("link", { name: "Who you are on LLVM Buildbot" }).click();
    await role("heading", { name: "Who you are here", level: 2 }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/masters/llvm");
    await role("button", { name: "Add alee" }).click();
    await until(() => host.settings.identities_at["llvm"]?.includes("alee") === true);
    expect(host.settings.identities).not.toContain("alee");
    await role("link", { name: "the settings", exact: true }).first().click();
    await role("list", { name: "On one master only" }).getByText("alee").waitFor();
    await role("link", { name: "Who you are on LLVM Buildbot" }).click();
    await role("button", { name: "Remove alee" }).click();
    await until(() => !("llvm" in host.settings.identities_at));
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

  test("a rule is added, said in words, moved and removed", async () => {
    await open("/settings", "team");
    await role("button", { name: "Add a rule" }).click();
    await role("combobox", { name: "Master" }).selectOption("llvm");
    await role("combobox", { name: "Builder" }).fill("nightly-*");
    await role("checkbox", { name: "Every exception" }).check();
    await role("button", { name: "Add the rule" }).click();
    await seen("Builder nightly-* on llvm:");
    await seen("breaks, repairs and every exception of everybody");
    expect(host.settings.rules).toEqual([
      {
        about: { master: "llvm", project: null, tag: null, builder: "nightly-*", branch: null },
        whose: "everybody",
        modes: ["problem", "fixed", "exception"],
        doubtful: false,
        remind_hours: 0,
      },
    ]);
    await role("button", { name: "Add a rule" }).click();
    await role("combobox", { name: "Whose" }).selectOption("nobody");
    await role("checkbox", { name: "Only one branch" }).check();
    await role("button", { name: "Add the rule" }).click();
    await seen("The default branch:");
    await role("button", { name: "More about rule 2" }).click();
    await role("menuitem", { name: "Move up" }).click();
    await until(() => host.settings.rules[0]?.whose === "nobody");
    await role("button", { name: "More about rule 2" }).click();
    await role("menuitem", { name: "Remove" }).click();
    await until(() => host.settings.rules.length === 1);
    expect(host.settings.rules[0]?.about.branch).toBe("");
  });
});
