/** A commit of mine that breaks, from Now to the line that says why, until it is repaired. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { BAD, GOOD, OTTO, type Repository } from "./repository";
import { hands, leave, project, stage, type Stage } from "./stage";

let all: Stage;
let repository: Repository;
beforeAll(async () => {
  all = await stage();
  repository = await project(all.outpost, "widget");
  repository.commit("second");
  await all.outpost.built("widget", 1);
});
afterAll(() => leave(all));

test("Now says what I broke, leads to the line, and calms down when it is repaired", async () => {
  const { page } = all;
  const { role, heading, seen, line } = hands(page);
  await hands(page).goTo("Now");
  repository.write("test", BAD);
  const revision = repository.commit("break it");
  const card = page.getByRole("article");
  await card.getByRole("heading", { name: "Broken by you", exact: true }).waitFor();
  await card.getByText("main.c:3:7: error: broken on purpose").waitFor();
  await card.getByText("break it").waitFor();
  await role("navigation", { name: "Pages" }).getByText("1 break").waitFor({ state: "attached" });

  await card.getByRole("link", { name: "Open log" }).click();
  await heading("widget #2");
  const first = page.locator(".line.marked");
  await first.getByText("main.c:3:7").waitFor();
  const at = await first.getByRole("link").getAttribute("aria-label");
  await page.keyboard.press("n");
  await page.locator(".line.marked", { hasText: "other.c:9:1" }).waitFor();
  await page.keyboard.press("p");
  await seen(`Error in ${at?.toLowerCase()}`);
  await line(Number(at?.replace("Line ", ""))).waitFor();
  await seen(revision.slice(0, 7));

  await hands(page).goTo("Now");
  repository.write("test", GOOD);
  repository.commit("repair it");
  await card.waitFor({ state: "detached" });
  await role("navigation", { name: "Pages" }).getByText("1 break").waitFor({ state: "detached" });
});

test("Builders and Changes tell the same", async () => {
  const { page } = all;
  const { role, heading, seen } = hands(page);
  await hands(page).goTo("Builders");
  await heading("Builders");
  await role("link", { name: "widget", exact: true }).waitFor();
  await role("link", { name: /#2 .*fail/i }).waitFor();
  await role("link", { name: /#3 .*success/i }).waitFor();

  repository.write("notes", "a note\n");
  repository.commit("otto's own", OTTO);
  await hands(page).goTo("Changes");
  await seen("otto's own");
  const row = (text: string) => role("main").getByRole("listitem").filter({ hasText: text });
  await row("break it")
    .getByRole("link", { name: /widget #2/ })
    .waitFor();
  await row("break it").getByText("you", { exact: true }).waitFor();
  await row("otto's own")
    .getByRole("link", { name: /widget #4/ })
    .waitFor();
  await role("button", { name: "Yours" }).click();
  await row("otto's own").waitFor({ state: "detached" });
  await role("link", { name: "break it" }).click();
  const details = role("complementary");
  await details.getByRole("link", { name: "widget #2" }).waitFor();
  await details.getByText("test", { exact: true }).waitFor();
  expect(new URL(page.url()).searchParams.get("mine")).toBe("1");
});
