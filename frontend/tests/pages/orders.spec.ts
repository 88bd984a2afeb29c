import { describe, expect, test } from "vitest";
import { heading, host, open, ordered, page, path, role, stand } from "./stand";

stand();

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
