/** From Now to the log of a broken build and away again, without a mouse. */
import { afterAll, beforeAll, test } from "vitest";
import { BAD } from "./repository";
import { hands, leave, project, stage, type Stage } from "./stage";

let all: Stage;
beforeAll(async () => {
  all = await stage();
  await project(all.outpost, "alpha");
  await project(all.outpost, "beta", BAD);
  all.outpost.cli("force", "alpha");
  all.outpost.cli("force", "beta");
  await Promise.all([all.outpost.built("alpha", 1), all.outpost.built("beta", 1)]);
});
afterAll(() => leave(all));

test("everything by keyboard", async () => {
  const { page } = all;
  const { role, heading, seen } = hands(page);
  const keys = async (...names: string[]) => {
    for (const name of names) await page.keyboard.press(name);
  };
  // Out of sight a moment before it gives the focus back.
  const closed = () => page.locator("dialog").waitFor({ state: "detached" });
  await keys("g", "b");
  await heading("Builders");
  await role("link", { name: "beta", exact: true }).waitFor();
  await keys("/");
  await page.keyboard.type("beta");
  await role("link", { name: "alpha", exact: true }).waitFor({ state: "detached" });
  await keys("Escape");
  await role("searchbox", { name: "Filter builders" }).evaluate((one: HTMLElement) => one.blur());
  await keys("j", "Enter");
  await heading("beta");
  await keys("?");
  await role("dialog", { name: "Keys" }).getByText("force a build").waitFor();
  await keys("Escape");
  await closed();
  await keys("f");
  await role("dialog")
    .getByRole("textbox", { name: /reason/i })
    .waitFor();
  await keys("Escape");
  await closed();
  await keys("j", "Enter");
  await heading("beta #1");
  await page.locator(".line.marked", { hasText: "main.c:3:7" }).waitFor();
  await keys("n");
  await page.locator(".line.marked", { hasText: "other.c:9:1" }).waitFor();
  await keys("u");
  await heading("beta");
  await keys("Control+k");
  await role("dialog", { name: "Find" }).waitFor();
  await page.keyboard.type("alp");
  await role("option", { name: /alpha/ }).first().waitFor();
  await keys("Enter");
  await heading("alpha");
  await keys("g", "s");
  await heading("Settings");
  await keys("g", "n");
  await heading("Now");
  await seen("Lately");
});
