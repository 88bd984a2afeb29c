/** From nothing to the first build, whose log grows while one looks. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Gate, Repository, script } from "./repository";
import { hands, leave, stage, type Stage } from "./stage";

let all: Stage;
beforeAll(async () => {
  all = await stage();
});
afterAll(() => leave(all));

test("a folder becomes a project, and its first build is watched as it runs", async () => {
  const { outpost, page } = all;
  const { role, heading, seen } = hands(page);
  const gates = { more: new Gate(outpost, "more"), end: new Gate(outpost, "end") };
  const repository = new Repository(outpost, "widget");
  const colours = "printf '\\033[32mall green\\033[0m and \\033[1;31mred\\033[0m\\n'";
  const many = 'for i in $(seq 200); do echo "part $i"; sleep 0.005; done';
  repository.write("build", script(colours, many, gates.more.wait, "echo 'one line more'", gates.end.wait));
  repository.write("test", script('echo "tested with $1"'));
  const revision = repository.commit("first");

  await heading("No projects yet");
  await role("main").getByRole("link", { name: "Add a folder" }).click();
  await heading("Add a folder");
  await role("link", { name: "src", exact: true }).click();
  await role("button", { name: "Choose widget" }).click();
  await seen("Recognised");
  expect(await role("textbox", { name: "Command of step 1" }).inputValue()).toBe("./build");
  const command = role("textbox", { name: "Command of step 2" });
  expect(await command.inputValue()).toBe("./test");
  await command.fill("./test everything");
  await role("button", { name: "Add and build" }).click();

  await page.waitForURL("**/builds/1");
  await heading("widget #1");
  await seen("part 200");
  expect(await role("button", { name: "Follow" }).getAttribute("aria-pressed")).toBe("true");
  const opened = Date.now();
  gates.more.open();
  await seen("one line more");
  console.log(`a printed line was seen in the page after ${Date.now() - opened} ms`);
  await role("button", { name: "Stop…" }).waitFor();

  await page.keyboard.press("Home");
  const colour = (text: string) => page.getByText(text, { exact: true }).evaluate((one) => getComputedStyle(one).color);
  const [green, red, plain] = await Promise.all([colour("all green"), colour("red"), colour("part 1")]);
  expect(new Set([green, red, plain]).size).toBe(3);

  gates.end.open();
  await role("button", { name: "Stop…" }).waitFor({ state: "detached" });
  await seen(revision.slice(0, 7));
  await role("link", { name: "test", exact: true }).click();
  await seen("tested with everything");

  await hands(page).goTo("Now");
  await heading("Now");
  await seen("Lately");
  expect(await page.getByRole("article").count()).toBe(0);
});
