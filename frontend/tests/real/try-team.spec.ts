/** A change that nobody has committed is built by a real Buildbot master: its way is given, and one builder fails. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { besideBuildbot } from "./beside";
import { Buildbot } from "./buildbot";
import { GOOD, Repository, script } from "./repository";
import { hands } from "./stage";

let repository: Repository;
const both = besideBuildbot(async (outpost) => {
  repository = new Repository(outpost, "widget");
  repository.write("test", GOOD);
  repository.commit("first");
  const upstream = join(outpost.home, "upstream.git");
  mkdirSync(upstream);
  repository.git("init", "--quiet", "--bare", "--initial-branch=main", upstream);
  repository.git("remote", "add", "origin", upstream);
  repository.git("push", "--quiet", "--set-upstream", "origin", "main");
  const buildbot = await Buildbot.start(upstream);
  await outpost.call("join", { url: buildbot.url, name: "farm", secret: null, session_only: false });
  return buildbot;
});

test("the way is given and checked, and one of two builders fails", { timeout: 300_000 }, async () => {
  const there = both();
  if (!there) return;
  const { all, buildbot } = there;
  const { page, outpost } = all;
  const { role, seen, heading } = hands(page);
  await outpost.until("the master is followed", ({ masters }) =>
    masters.some((row) => row.master === "farm" && row.condition === "live"),
  );
  repository.write(
    "test",
    script('echo "building on $1"', 'test "$1" = linux || { echo "error: not on $1"; exit 1; }'),
  );
  await page.goto(`${outpost.url}/try/new?folder=${encodeURIComponent(repository.path)}`);
  await heading("Try a change");
  await role("radio", { name: /Team farm/ })
    .first()
    .check();

  // Nobody has said yet how changes get there.
  await role("button", { name: "Say how changes get there…" }).click();
  const dialog = role("dialog", { name: "How changes get to Team farm" });
  await dialog.getByRole("textbox", { name: "Address" }).fill(buildbot.tryAddress);
  await dialog.getByRole("textbox", { name: "User name" }).fill("ann");
  await dialog.getByRole("checkbox", { name: /keychain/ }).uncheck();
  await dialog.getByLabel("Password", { exact: true }).fill("wrong");
  await dialog.getByRole("button", { name: "Check and keep it" }).click();
  await dialog.getByRole("alert").first().waitFor();
  // The browser says so too, of any refusal.
  expect(all.complaints.splice(0)).toEqual([expect.stringMatching(/40\d|50\d/)]);
  await dialog.getByLabel("Password", { exact: true }).fill("t0ken");
  await dialog.getByRole("button", { name: "Check and keep it" }).click();
  await dialog.getByText("The master answers, and takes changes this way.").waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();

  // Its builders are known now; both are asked.
  await role("radio", { name: /Team farm by Perspective Broker/ }).check();
  await role("checkbox", { name: /^linux/ }).check();
  await role("checkbox", { name: /^mac/ }).check();
  await role("textbox", { name: "Comment" }).fill("only on linux");
  await role("button", { name: /^Submit/ }).click();
  await heading("only on linux");
  const row = (builder: string) => role("row").filter({ hasText: builder });
  await row("linux").getByText("Success", { exact: true }).waitFor({ timeout: 120_000 });
  await row("mac").getByText("Failed", { exact: true }).waitFor({ timeout: 120_000 });
  await seen("The change is in what was built.");
  await role("link", { name: "First error of mac" }).click();
  await heading(/^mac #1/);
  await page.locator(".line", { hasText: "error: not on mac" }).first().waitFor();
  await page.goBack();

  // What failed, once more, by one key.
  await role("button", { name: /^Repeat what failed/ }).waitFor();
  await page.keyboard.press("r");
  await page.waitForURL(/\/try\/2$/);
  await row("mac").getByText("Failed", { exact: true }).waitFor({ timeout: 120_000 });
  expect(await row("linux").count()).toBe(0);
});
