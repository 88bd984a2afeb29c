/** The configuration's editor: a bad text is refused with its line, a good one applied, and taken back. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { hands, leave, project, stage, type Stage } from "./stage";

let all: Stage;
beforeAll(async () => {
  all = await stage();
  await project(all.outpost, "widget");
});
afterAll(() => leave(all));

test("is checked while it is written, applied when good, and undone", async () => {
  const { outpost, page } = all;
  const { role, seen, goTo, heading } = hands(page);
  const builders = async () => (await outpost.call("overview", { since: null })).builders.map((row) => row.name);
  await goTo("Projects");
  await role("link", { name: "widget", exact: true }).first().click();
  await heading("Configuration");
  const text = role("textbox", { name: "Text of projects/widget.star" });
  const good = await text.inputValue();
  expect(good).toContain("./test");

  await text.fill(`${good}\nsteps.ShelCommand(command = "x")\n`);
  await seen("1 error: it cannot be applied.");
  const apply = role("button", { name: "Apply", exact: true });
  expect(await apply.isDisabled()).toBe(true);
  const wrong = good.split("\n").length + 1;
  await role("button", { name: new RegExp(`Line ${wrong}.*ShelCommand`) }).click();
  const caret = await text.evaluate(
    (one: HTMLTextAreaElement) => one.value.slice(0, one.selectionStart).split("\n").length,
  );
  expect(caret).toBe(wrong);
  await expect(outpost.call("apply_configuration", { file: "projects/widget.star", text: "=" })).resolves.toMatchObject(
    {
      applied: false,
    },
  );

  await text.fill(good.replaceAll('"widget"', '"gadget"'));
  await seen("Applying would change");
  await role("listitem").filter({ hasText: "gadget" }).filter({ hasText: "added" }).first().waitFor();
  await apply.click();
  await seen("In use.");
  await expect.poll(builders).toEqual(["gadget"]);
  await role("button", { name: "Undo apply" }).click();
  await expect.poll(() => text.inputValue()).toBe(good);
  await expect.poll(builders).toEqual(["widget"]);
});

test("a builder that can be forced no more says so at once", async () => {
  const { outpost, page } = all;
  const { role, goTo } = hands(page);
  const file = "projects/widget.star";
  const good = (await outpost.call("configuration_file", { file })).text;
  const without = good.replace(/^ *c\["schedulers"\]\.append\(schedulers\.ForceScheduler.*$/m, "");
  await goTo("Builders");
  await role("link", { name: "widget", exact: true }).click();
  await role("button", { name: "Force…" }).waitFor();
  expect(await outpost.call("apply_configuration", { file, text: without })).toMatchObject({ applied: true });
  await role("button", { name: "Force…" }).waitFor({ state: "detached" });
  expect(await outpost.call("apply_configuration", { file, text: good })).toMatchObject({ applied: true });
  await role("button", { name: "Force…" }).waitFor();
});
