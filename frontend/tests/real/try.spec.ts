/** A change that nobody has committed is built by the own master: red, repeated for what failed, green, and pushed. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GOOD, Repository, script } from "./repository";
import { hands, leave, stage, type Stage } from "./stage";

let all: Stage;
let repository: Repository;
let upstream: string;
beforeAll(async () => {
  all = await stage();
  const { outpost } = all;
  repository = new Repository(outpost, "widget");
  repository.write("test", GOOD);
  repository.commit("first");
  upstream = join(outpost.home, "upstream.git");
  mkdirSync(upstream);
  repository.git("init", "--quiet", "--bare", upstream);
  repository.git("remote", "add", "origin", upstream);
  repository.git("push", "--quiet", "--set-upstream", "origin", "main");
  outpost.cli("init", "--yes", "--no-build", repository.path);
  await outpost.watches("widget");
}, 60_000);
afterAll(() => leave(all));

const inUpstream = (...words: string[]) => spawnSync("git", ["-C", upstream, ...words], { encoding: "utf8" }).stdout;

test("a red try, a green one with an untracked file, and the push of what passed", { timeout: 120_000 }, async () => {
  const { page } = all;
  const { role, seen, heading, path } = hands(page);

  // The change does not pass: it needs a file that is not tracked, which stays at home.
  repository.write("test", script("echo looking for words", "test -f words || { echo 'error: no words'; exit 1; }"));
  repository.write("words", "hello\n");
  const index = readFileSync(join(repository.path, ".git/index"));
  await page.keyboard.press("t");
  await heading("Try a change");
  await seen("1 file of 1");
  await seen("0 of 1 go along");
  await page.getByText("echo looking for words").waitFor();
  await role("textbox", { name: "Comment" }).fill("look for words");
  await role("button", { name: /^Submit/ }).click();
  await heading("look for words");
  const first = path();
  await seen("The change is in what was built.");
  await role("row").filter({ hasText: "widget" }).getByText("Failed", { exact: true }).waitFor();
  await role("link", { name: /^First error of widget/ }).click();
  await page.locator(".line", { hasText: "error: no words" }).first().waitFor();
  await page.goBack();

  // What failed is repeated by one key, and fails again: the patch is the same.
  await role("button", { name: /^Repeat what failed/ }).waitFor();
  await page.keyboard.press("r");
  await page.waitForURL((url) => url.pathname !== first);
  await role("row").filter({ hasText: "widget" }).getByText("Failed", { exact: true }).waitFor();

  // With the file it passes.
  await page.keyboard.press("t");
  await role("checkbox", { name: "Send words" }).click();
  await role("textbox", { name: "Comment" }).fill("look for words");
  await page.keyboard.press("Control+Enter");
  await heading("look for words");
  await role("row").filter({ hasText: "widget" }).getByText("Success", { exact: true }).waitFor();
  await seen("The change is in what was built.");
  expect(readFileSync(join(repository.path, ".git/index")).equals(index)).toBe(true);
  expect(repository.git("status", "--porcelain")).toBe("M test\n?? words");

  // And is pushed, as it was built.
  await role("button", { name: "Push it…" }).click();
  await role("dialog").getByText("a new commit with exactly the tree that was built, 2 files changed").waitFor();
  await role("dialog").getByTitle(repository.git("rev-parse", "HEAD").trim()).waitFor();
  await role("dialog").getByRole("button", { name: "Push it" }).click();
  await seen(/^Pushed to/);
  expect(inUpstream("log", "-1", "--format=%s", "main").trim()).toBe("look for words");
  expect(inUpstream("show", "main:words")).toBe("hello\n");
});
