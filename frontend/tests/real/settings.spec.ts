/** Who I am, and how it looks. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { OTTO } from "./repository";
import { hands, leave, project, stage, type Stage } from "./stage";

let all: Stage;
beforeAll(async () => {
  all = await stage();
  const repository = await project(all.outpost, "widget");
  repository.commit("by me");
  repository.commit("by otto", OTTO);
  await all.outpost.built("widget", 1);
});
afterAll(() => leave(all));

test("an identity marks its authors while it is typed, and is kept", async () => {
  const { outpost, page } = all;
  const { role, seen, goTo } = hands(page);
  await goTo("Settings");
  await seen("1 of 2 authors is you");
  await role("textbox", { name: "Another name or address of yours" }).fill("otto@example.org");
  await seen("2 of 2 authors is you");
  await page.keyboard.press("Enter");
  await role("button", { name: "Remove otto@example.org" }).waitFor();
  const mine = async () => (await outpost.call("changes", { master: null, before: null, mine: true })).changes.length;
  await expect.poll(mine).toBe(2);
  await role("button", { name: "Remove otto@example.org" }).click();
  await seen("1 of 2 authors is you");
});

test("dark is dark at once, and after a reload", async () => {
  const { page } = all;
  const { role, goTo, heading } = hands(page);
  await goTo("Settings");
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await role("radio", { name: "Dark" }).check();
  await expect.poll(ground).not.toBe(light);
  const dark = await ground();
  await expect.poll(async () => (await all.outpost.call("settings", {})).theme).toBe("dark");
  await page.reload();
  await heading("Settings");
  await expect.poll(ground).toBe(dark);
});
