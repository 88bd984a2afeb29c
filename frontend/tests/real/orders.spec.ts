/** What a person asks of the master: force, stop, rebuild, cancel, mute. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { BAD, Gate, script, type Repository } from "./repository";
import { hands, leave, project, stage, type Stage } from "./stage";

let all: Stage;
let repository: Repository;
let gate: Gate;
beforeAll(async () => {
  all = await stage();
  gate = new Gate(all.outpost, "test");
  repository = await project(all.outpost, "widget", script("echo started", gate.wait, "echo done"));
});
afterAll(() => leave(all));

test("force and stop with a reason, rebuild, and cancel what waits", async () => {
  const { outpost, page } = all;
  const { role, heading, seen, goTo } = hands(page);
  await goTo("Builders");
  await role("link", { name: "widget", exact: true }).click();
  await role("button", { name: "Force…" }).click();
  const dialog = role("dialog");
  await dialog.getByRole("textbox", { name: /reason/i }).fill("to see it run");
  await dialog.getByRole("button", { name: /force|start|build/i }).click();
  await dialog.waitFor({ state: "detached" });
  await role("link", { name: /#1/ }).click();
  await heading("widget #1");
  await seen("started");
  await seen(/to see it run/);

  // While it runs, another one waits for its worker.
  outpost.cli("force", "widget", "--reason", "one more");
  await goTo("Now");
  await role("button", { name: "Cancel the request for widget" }).click();
  await dialog.getByRole("textbox", { name: /Reason/ }).fill("not needed");
  await dialog.getByRole("button", { name: "Cancel the request" }).click();
  await role("button", { name: "Cancel the request for widget" }).waitFor({ state: "detached" });

  await role("button", { name: "Stop widget #1" }).click();
  await dialog.getByRole("textbox", { name: /Reason/ }).fill("seen enough");
  await page.keyboard.press("Enter");
  await outpost.built("widget", 1);
  await role("link", { name: /widget #1/ }).click();
  await role("button", { name: "Stop…" }).waitFor({ state: "detached" });
  await seen("Cancelled");
  await seen(/seen enough/);

  gate.open();
  await role("button", { name: "Rebuild" }).click();
  await heading("widget");
  await outpost.built("widget", 2);
  await role("link", { name: /#2/ }).click();
  await heading("widget #2");
  await role("link", { name: "#1", exact: true }).waitFor();
  expect((await outpost.call("overview", { since: null })).builders[0]?.results).toBe(0);
});

test("what is muted is marked, told where, and heard again", async () => {
  const { outpost, page } = all;
  const { role, goTo, heading } = hands(page);
  await goTo("Builders");
  await role("link", { name: "widget", exact: true }).click();
  await heading("widget");
  await role("button", { name: "Mute widget" }).click();
  await role("menuitem", { name: /widget until fixed/ }).click();
  await role("img", { name: /^Muted/ })
    .first()
    .waitFor();
  repository.write("test", BAD);
  repository.commit("break it in silence");
  await outpost.built("widget", 3);
  await goTo("Notices");
  await role("main").getByRole("listitem").filter({ hasText: "#3" }).getByText("Not told").waitFor();
  await role("button", { name: "Unmute widget" }).click();
  await role("button", { name: "Unmute widget" }).waitFor({ state: "detached" });
  expect((await outpost.call("overview", { since: null })).mutes).toEqual([]);
});
