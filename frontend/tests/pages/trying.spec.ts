import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { tryBuild, waitingBuild } from "../fake/tries";
import { PATCH } from "../fake/try-changes";
import { heading, host, open, ordered, page, path, role, seen, stand, until } from "./stand";

stand();

const row = (builder: string) => role("row").filter({ hasText: builder });

describe("one try", () => {
  test("is followed live: whether the change is in stands before what became of it", async () => {
    await open("/try/16", "team");
    await heading("store: keep the index in one transaction");
    await seen("The change is in what was built.");
    expect(await row("clang-linux-tests").getByRole("cell").allInnerTexts()).toMatchObject({ 0: "Applied" });
    await row("clang-linux-tests").getByText("compile (3 of 7)").waitFor();
    await row("clang-linux-tests")
      .getByText(/^about \d m left$/)
      .waitFor();
    await row("clang-windows-x86_64").getByText("Not known yet").waitFor();
    // It ends: no one asked the page to look again.
    const ended = host.tries.rows[0]?.ended_at ?? host.tries.rows[0]?.submitted_at ?? 0;
    host.tries.change(16, {
      ...{ state: "ended", words: "Ended: 1 of 3 builders failed", results: "failure", can_repeat_failed: true },
      ...{ ended_at: ended, can_cancel: false },
      builders: [
        tryBuild("clang-linux-tests", "failure", { against_base: "new", base_words: "New failure: #44 was green" }),
        tryBuild("clang-windows-x86_64", "failure", { against_base: "known", base_words: "Fails on the base too" }),
        tryBuild("clang-docs", "success"),
      ],
    });
    await seen("Ended: 1 of 3 builders failed");
    await row("clang-linux-tests").getByText("New failure: #44 was green").waitFor();
    await row("clang-windows-x86_64").getByText("Fails on the base too").waitFor();
    await role("link", { name: "First error of clang-linux-tests" }).click();
    await heading("clang-linux-tests #45");
    expect(path()).toBe("/masters/llvm/builders/1/builds/45");
  });

  test("what failed is repeated by one key", async () => {
    await open("/try/15", "team");
    await role("button", { name: /^Repeat what failed/ }).waitFor();
    await page.keyboard.press("r");
    await page.waitForURL("**/try/17");
    expect(ordered("try_repeat")).toEqual({ id: 15, only_failed: true, fresh: false });
    await role("link", { name: "try 15" }).waitFor();
    expect(await row("clang-docs").count()).toBe(0);
    await row("clang-macos-arm64").waitFor();
    // Nothing failed in it yet.
    await page.keyboard.press("r");
    await seen("Nothing of this try failed, so there is nothing to repeat.");
    await role("button", { name: "Repeat this try" }).click();
    await role("menuitem", { name: "All of it, with the change as it is now" }).click();
    await page.waitForURL("**/try/18");
    expect(host.orders.at(-1)?.input).toEqual({ id: 17, only_failed: false, fresh: true });
  });

  test("a change that did not fit has no result's colour", async () => {
    await open("/try/14", "team");
    await seen("The change was not applied: what the builds say is not about it.");
    await seen("Take the newest base into your working copy, and try it again.");
    expect(await page.locator("main .mark.failure").count()).toBe(0);
    await row("clang-linux-tests").getByText("Not applied").waitFor();
  });

  test("what passed is pushed, after it was said what that is", async () => {
    await open("/try/13", "team");
    await role("button", { name: "Push it…" }).click();
    const dialog = role("dialog", { name: "Push to origin main" });
    await dialog.getByText("8c1f2e9a7b").waitFor();
    expect(ordered("try_push")).toBeUndefined();
    await dialog.getByRole("button", { name: "Push it" }).click();
    await seen("Pushed to origin main as 1a2b3c4d5e.");
    expect(ordered("try_push")).toEqual({ id: 13 });
    host.tries.change(13, {
      push: { state: "failed", reason: "somebody pushed before", hint: "Rebase and try again." },
    });
    await seen("It was not pushed: somebody pushed before");
    await seen("Rebase and try again.");
  });

  test("one that waits is taken back, and one that is over is forgotten", async () => {
    await open("/try/11", "team");
    await seen("Waits for Team of the long-named product");
    await role("button", { name: "Take it back" }).click();
    await seen("Taken back by you");
    await role("button", { name: "More about this try" }).click();
    await role("menuitem", { name: "Forget it…" }).click();
    await role("button", { name: "Forget it" }).click();
    await heading("Try");
    await until(() => host.tries.rows.every(({ id }) => id !== 11));
  });

  test("the patch that was sent is read, and saved byte for byte", async () => {
    await open("/try/15", "team");
    await role("button", { name: "Show the patch" }).click();
    const patch = role("region", { name: "The patch" });
    await patch.getByText('println!("two")').waitFor();
    await patch.getByText("no line end").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      role("button", { name: "Save as a file" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("try-15.patch");
    expect(await readFile(await download.path(), "utf8")).toBe(PATCH);
  });

  test("one that is not there says so", async () => {
    await open("/try/16", "team");
    host.tries.rows = [];
    await page.goto(page.url().replace("/16", "/99"));
    await seen("there is no try 99");
  });
});

describe("elsewhere", () => {
  test("the history is of all projects or of one, and a try under way is a line on Now", async () => {
    await open("/try", "team");
    await role("link", { name: /^docs: the new option/ }).waitFor();
    await role("combobox", { name: "Any project" }).selectOption("large");
    await seen(/Have a change built/);
    await role("link", { name: "Try a change", exact: true }).click();
    await seen(/^2.000 files of 2000$/);
    await role("link", { name: /^Now/ }).click();
    const trying = role("region", { name: "Your change, being tried" });
    await trying.getByText("Running: 1 of 3 builders ended").waitFor();
    await trying.getByText("at LLVM Buildbot").waitFor();
    await trying.getByRole("link", { name: "store: keep the index in one transaction" }).click();
    await heading("store: keep the index in one transaction");
  });

  test("many tries come page by page", async () => {
    await open("/", "team");
    const [first] = host.tries.rows;
    if (!first) throw new Error("no try");
    host.tries.rows = Array.from({ length: 70 }, (_, at) => ({
      ...first,
      ...{ id: 100 - at, comment: `try ${100 - at}`, builders: [waitingBuild("clang-docs")] },
    }));
    await role("link", { name: "Try", exact: true }).click();
    await role("link", { name: /^try 51 / }).waitFor();
    expect(await role("link", { name: /^try 50 / }).count()).toBe(0);
    await role("button", { name: "Show older tries" }).click();
    await role("link", { name: /^try 31 / }).waitFor();
    expect(await role("button", { name: "Show older tries" }).count()).toBe(0);
  });

  test("a project's menu and the palette lead to it", async () => {
    await open("/projects", "team");
    await role("button", { name: "More about app" }).click();
    await role("menuitem", { name: "Try a change…" }).click();
    await heading("Try a change");
    await page.keyboard.press("Control+k");
    await role("combobox", { name: "Page, builder or order" }).fill("try a ch");
    await role("option", { name: /^Try a change/ }).click();
    await until(() => path() === "/try/new");
  });
});
