/** A real Buildbot is joined in the browser, followed through a break, ordered about, cut off and found again. */
import { expect, test } from "vitest";
import { besideBuildbot } from "./beside";
import { Buildbot } from "./buildbot";
import { hands } from "./stage";

const both = besideBuildbot(() => Buildbot.start());

test("join, sign in, force with the master's own form, break, cut off, and back", { timeout: 180_000 }, async () => {
  const there = both();
  if (!there) return;
  const { all, buildbot } = there;
  const { page, outpost } = all;
  const { role, heading, seen, goTo, path } = hands(page);

  // Any page's address will do.
  await role("link", { name: "Join a team" }).click();
  await role("textbox", { name: "Address of one of its pages" }).fill(`${buildbot.url}#/builders/1`);
  await page.keyboard.press("Enter");
  await role("heading", { name: "Team farm" }).waitFor();
  await seen("2 builders, without signing in");
  await role("textbox", { name: /Name here/ }).fill("farm");
  await role("button", { name: "Join", exact: true }).click();
  await heading("Team farm");
  expect(path()).toBe("/masters/farm");

  // Without signing in it can be read, and an order is refused with the reason.
  await goTo("Builders");
  await role("link", { name: "farm/widget" }).click();
  await heading("widget");

  await goTo("Masters");
  await role("button", { name: "Sign in at Team farm" }).click();
  const dialog = role("dialog");
  await dialog.getByLabel("User name").fill("ann");
  await dialog.getByLabel("Password").fill("wrong");
  await dialog.getByRole("checkbox", { name: /keychain/ }).uncheck();
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await dialog.getByRole("alert").waitFor();
  // The browser says so too, of any refusal.
  expect(all.complaints.splice(0)).toEqual([expect.stringContaining("403")]);
  await dialog.getByLabel("Password").fill("s3cret");
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await dialog.waitFor({ state: "detached" });
  await seen(/signed in as ann/);

  // A green build by the master's own form; the error of a field stands at the field.
  await page.goto(`${outpost.url}/builders`);
  await role("link", { name: "farm/widget" }).click();
  await role("button", { name: "Force…" }).click();
  await dialog.getByLabel("Jobs").waitFor();
  await dialog.getByLabel("Why").fill("");
  await dialog.getByRole("tab", { name: "Words" }).click();
  await dialog.getByLabel("Notes").fill("two\nlines");
  await dialog.getByLabel("Why").fill("to see it green");
  await dialog.getByRole("tab", { name: "Kind" }).click();
  await dialog.getByLabel("Target").selectOption("release");
  await dialog.getByRole("button", { name: /force|start|build/i }).click();
  await dialog.waitFor({ state: "detached" });
  await role("link", { name: "#1" }).first().click();
  await heading("widget #1");
  await seen("Success");
  await role("link", { name: "Open at the master" }).waitFor();
  await page.getByText("Properties").click();
  await seen('"release"');

  // It breaks: the line that says why is where the page opens.
  await buildbot.does("echo fine; echo 'main.c:3: error: broken on purpose' >&2; exit 1");
  await role("button", { name: "Rebuild" }).click();
  await page.waitForURL("**/masters/farm/builders/*");
  await role("link", { name: "#2" }).first().click();
  await heading("widget #2");
  await seen("Failed");
  await page.locator(".line", { hasText: "broken on purpose" }).first().waitFor();

  // Cut off: calm, with what was seen; and back by itself.
  await buildbot.stop();
  await goTo("Now");
  await seen(/Stale since \d\d:\d\d/);
  await goTo("Builders");
  await seen(/failed when last heard of/);
  await buildbot.run();
  await outpost.until(
    "the master is followed again",
    ({ masters }) => masters.some((row) => row.master === "farm" && row.condition === "live"),
    60_000,
  );
  await page.getByText("failed when last heard of").waitFor({ state: "detached" });
  await role("link", { name: "farm/widget" }).waitFor();

  // And left.
  await goTo("Masters");
  await role("button", { name: "More about Team farm" }).click();
  await role("menuitem", { name: "Leave…" }).click();
  await dialog.getByRole("button", { name: "Leave it" }).click();
  await role("link", { name: "Team farm" }).waitFor({ state: "detached" });
});
