import { describe, expect, test } from "vitest";
import type { TrySubmit } from "../../src/generated/TrySubmit";
import { heading, host, open, ordered, page, path, role, seen, served, stand, until } from "./stand";

stand();

const sent = () => ordered("try_submit") as TrySubmit | undefined;
const file = (name: string) => page.locator(`[data-path="${name}"]`);
const submit = () => role("button", { name: /^(Submit|Queue it)/ });

describe("a try is put together", () => {
  test("in two key strokes from anywhere, with what is proposed", async () => {
    await open("/", "team");
    await page.keyboard.press("t");
    await heading("Try a change");
    await seen("7 files of 7");
    await expect.poll(() => submit().isEnabled()).toBe(true);
    await page.keyboard.press("Control+Enter");
    await page.waitForURL("**/try/17");
    expect(sent()).toEqual({
      ...{ change: "app", target: "llvm/pb", at: null, files: null, untracked: [], properties: {}, who: null },
      builders: ["clang-linux-tests", "clang-docs", "clang-lint"],
      ...{ comment: "parser: accept an empty group", push_when_green: false },
    });
    // Every key of the way back works too.
    await page.keyboard.press("u");
    await heading("Try");
  });

  test("`t` opens it for the project in view", async () => {
    await open("/masters/llvm/builders/1", "team");
    await heading("clang-linux-tests");
    await page.keyboard.press("t");
    await heading("Try a change");
    await until(() => host.orders.some(({ name }) => name === "try_look"));
    expect(ordered("try_look")).toMatchObject({ folder: "/home/ann/app", staged: false, base: null });
  });

  test("files and hunks are chosen by hand or by keys", async () => {
    await open("/try/new?folder=/home/ann/app", "team");
    await seen("@@ -12,10 +12,11 @@");
    const group = role("checkbox", { name: "Send src/parser/group.rs" });
    expect(await group.isChecked()).toBe(true);
    // The second hunk stays: the file's box says that it is a part.
    await page.keyboard.press("n");
    await page.keyboard.press("n");
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("data-hunk"))).toBe("0/1");
    await page.keyboard.press("Space");
    expect(await group.evaluate((box: HTMLInputElement) => box.indeterminate)).toBe(true);
    // The next file is left out by the space bar.
    await page.keyboard.press("j");
    await role("region", { name: "Lines of src/main.rs" }).waitFor();
    await expect.poll(() => file("src/main.rs").evaluate((row) => row === document.activeElement)).toBe(true);
    await page.keyboard.press("Space");
    expect(await role("checkbox", { name: "Send src/main.rs" }).isChecked()).toBe(false);
    await seen("6 files of 7");
    // The hunks of another file begin anew.
    await page.keyboard.press("k");
    await role("region", { name: "Lines of src/parser/group.rs" }).waitFor();
    await page.keyboard.press("n");
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("data-hunk"))).toBe("0/0");
    await submit().click();
    await page.waitForURL("**/try/17");
    expect(sent()?.files).toEqual([
      { file: 0, hunks: [0, 2] },
      ...[2, 3, 4, 5, 6].map((at) => ({ file: at, hunks: null })),
    ]);
  });

  test("untracked files are asked about, large ones on their own", async () => {
    await open("/try/new?folder=/home/ann/app", "team");
    await seen("0 of 3 go along");
    await role("checkbox", { name: "Send all untracked files that are shown" }).click();
    await seen("2 of 3 go along");
    await role("checkbox", { name: "Send target.img" }).click();
    await seen("target.img has 2.1 GB. Send it all the same?");
    await role("button", { name: "Leave it out" }).click();
    expect(await role("checkbox", { name: "Send target.img" }).isChecked()).toBe(false);
    await file("notes.txt").click();
    await role("region", { name: "Lines of notes.txt" }).waitFor();
    await page.keyboard.press("Space");
    await seen("1 of 3 go along");
    await submit().click();
    await until(() => sent() !== undefined);
    expect(sent()?.untracked).toEqual([0]);
  });

  test("what is in the way is said, and nothing is sent", async () => {
    await open("/try/new?folder=/home/ann/merging", "team");
    await seen("In the way: A merge is not resolved in src/parser/group.rs.");
    await seen("Not yet: A merge is not resolved in src/parser/group.rs.");
    expect(await submit().isDisabled()).toBe(true);
    await page.keyboard.press("Control+Enter");
    await role("combobox", { name: "Working copy" }).selectOption("/home/ann/clean");
    await seen("No tracked file differs from the base.");
    await seen("Not yet: no file is chosen.");
    await role("combobox", { name: "Working copy" }).selectOption({ label: "Another folder…" });
    await role("textbox", { name: "Folder of a working copy" }).fill("/home/ann/nothing");
    await page.keyboard.press("Enter");
    await seen("/home/ann/nothing is in no working copy.");
    expect(sent()).toBeUndefined();
  });

  test("a target says why it cannot, what waits, and what cannot go there", async () => {
    await open("/try/new?folder=/home/ann/app", "team");
    await role("radio", { name: /by a force form/ }).check();
    await seen("Not yet: assets/logo.png cannot go there: it is binary, and the form takes text.");
    await role("button", { name: "Leave them out" }).click();
    await seen("6 files of 7");
    await seen("LLVM Buildbot has not told of the base revision lately.");
    await role("radio", { name: /by ssh/ }).check();
    await seen(/^Not yet: Team of the long-named product cannot take it: nobody has said how ssh gets there/);
    await role("radio", { name: /Team .* by Perspective Broker/ }).check();
    await seen("The change waits here and is sent when it is back.");
    await submit().click();
    await page.waitForURL("**/try/17");
    await seen("Waits for the master");
    expect(sent()).toMatchObject({ target: "team/pb", builders: ["team-linux-tests"] });
  });

  test("builders are found by letters in order among hundreds, and kept by name", async () => {
    await open("/try/new?folder=/home/ann/app", "team");
    await seen("3 of 320");
    await page.keyboard.press("/");
    const search = role("searchbox", { name: "Find builders" });
    expect(await search.evaluate((field) => field === document.activeElement)).toBe(true);
    await search.fill("nightfull");
    const rows = role("list", { name: "Builders" }).getByRole("listitem");
    await rows.first().getByText("clang-nightly-full").waitFor();
    expect(await rows.first().locator("mark").allTextContents()).toEqual(["night", "full"]);
    await role("button", { name: "None", exact: true }).click();
    await page.keyboard.press("/");
    await page.keyboard.press("Enter");
    await seen("4 of 320");
    await search.fill("");
    await role("button", { name: "None", exact: true }).click();
    await seen("Not yet: no builder is chosen.");
    await role("button", { name: "Proposed" }).click();
    await seen("3 of 320");
    await role("button", { name: "Invert" }).click();
    await seen("317 of 320");
    // A preset is applied, kept under another name, forgotten, and brought back.
    await role("button", { name: "quick shared" }).click();
    await role("textbox", { name: "Value of mode" }).waitFor();
    await role("button", { name: "Save as…" }).click();
    await role("textbox", { name: "Name of the preset" }).fill("mine");
    await page.keyboard.press("Enter");
    await role("button", { name: "mine", exact: true }).waitFor();
    expect(ordered("save_try_preset")).toMatchObject({
      root: "/home/ann/app",
      preset: { name: "mine", shared: false, values: { target: "llvm/pb", properties: { mode: "quick" } } },
    });
    await role("button", { name: "Forget the preset mine" }).click();
    await seen("The preset mine is forgotten.");
    await role("button", { name: "Undo" }).click();
    await role("button", { name: "mine", exact: true }).waitFor();
  });

  test("a refusal stands at its fields, and nothing that was typed is lost", async () => {
    await open("/try/new?folder=/home/ann/app", "team");
    await role("textbox", { name: "Comment" }).fill("wrong");
    await role("button", { name: "Add", exact: true }).click();
    await role("textbox", { name: "Name of property 1" }).fill("bad");
    await role("textbox", { name: "Value of bad" }).fill("1");
    await submit().click();
    await seen("This cannot be tried like that.");
    expect(await role("textbox", { name: "Comment" }).getAttribute("aria-invalid")).toBe("true");
    await role("region", { name: "Builders" }).getByText("clang-docs takes no tries").waitFor();
    // Neither a look elsewhere nor another take of the change loses it.
    await role("link", { name: "Try", exact: true }).first().click();
    await heading("Try");
    await page.goBack();
    await heading("Try a change");
    expect(await role("textbox", { name: "Comment" }).inputValue()).toBe("wrong");
    expect(await role("textbox", { name: "Value of bad" }).inputValue()).toBe("1");
    await role("button", { name: "Take it again" }).click();
    await until(() => host.orders.filter(({ name }) => name === "try_look").length === 3);
    expect(await role("textbox", { name: "Comment" }).inputValue()).toBe("wrong");
    await role("textbox", { name: "Comment" }).fill("right");
    await submit().click();
    await page.waitForURL("**/try/17");
  });

  test("what would be sent is seen before", async () => {
    await open("/try/new?folder=/home/ann/app", "team");
    await expect.poll(() => submit().isEnabled()).toBe(true);
    await page.keyboard.press("v");
    const dialog = role("dialog", { name: "What would be sent" });
    await dialog.getByText("18 KB, applied with -p1").waitFor();
    await dialog.getByText('println!("two")').waitFor();
    await dialog.getByText("old mode 100644, new mode 100755").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  test("the staged part, another base, and a push without asking again", async () => {
    await open("/try/new?folder=/home/ann/app", "team");
    await role("button", { name: "Staged only" }).click();
    await until(() => host.orders.length === 2);
    await role("button", { name: "Another base…" }).click();
    await role("textbox", { name: "Base revision or branch" }).fill("v1.2");
    await page.keyboard.press("Enter");
    await until(() => host.orders.length === 3);
    expect(host.orders[2]?.input).toMatchObject({ folder: "/home/ann/app", staged: true, base: "v1.2" });
    await role("checkbox", { name: "Push it when everything is green" }).check();
    await seen(/is pushed without asking again/);
    await submit().click();
    await until(() => sent() !== undefined);
    expect(sent()?.push_when_green).toBe(true);
  });

  test("how changes get to a master is said where it is missing", async () => {
    await open("/try/new?folder=/home/ann/app", "team");
    await role("radio", { name: /by ssh/ }).check();
    await role("button", { name: "Say how changes get there…" }).click();
    const dialog = role("dialog", { name: /^How changes get to Team/ });
    await dialog.getByRole("textbox", { name: "Address" }).fill("ci.team.example:8031");
    await dialog.getByLabel("Password", { exact: true }).fill("wrong");
    await dialog.getByRole("button", { name: "Check and keep it" }).click();
    await dialog.getByText("it is not the one of ann").waitFor();
    await dialog.getByLabel("Password", { exact: true }).fill("right");
    await dialog.getByRole("button", { name: "Check and keep it" }).click();
    await dialog.getByText("The master answers, and takes changes this way.").waitFor();
    expect(ordered("set_try_access")).toMatchObject({
      access: { master: "team", way: "pb", address: "ci.team.example:8031", user: "ann" },
      ...{ password: "right", check: true },
    });
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.goto(`${served.url}/masters/llvm`);
    await seen("By Perspective Broker at ci.team.example:8031 as ann");
  });

  test("how much a master's job folder takes can be said", async () => {
    await open("/try/new?folder=/home/ann/app", "team");
    await role("radio", { name: /by ssh/ }).check();
    await role("button", { name: "Say how changes get there…" }).click();
    const dialog = role("dialog", { name: /^How changes get to Team/ });
    await dialog.getByRole("button", { name: "ssh", exact: true }).click();
    await dialog.getByText("Port, programs and limit").click();
    await dialog.getByLabel("Most bytes of a job file").fill("5000000");
    await dialog.getByRole("button", { name: "Keep it", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    expect(ordered("set_try_access")).toMatchObject({ access: { way: "ssh", port: null, job_limit: 5_000_000 } });
  });

  test("a failed build of a joined master is tried here", async () => {
    await open("/masters/llvm/builders/1/builds/45", "team");
    await role("link", { name: "Try it here" }).click();
    await heading("Try a change");
    await role("link", { name: "llvm/clang-linux-tests #45" }).waitFor();
    await expect.poll(() => submit().isEnabled()).toBe(true);
    expect(host.asked.find(({ name }) => name === "try_of_build")?.input).toEqual({
      ...{ master: "llvm", build: 1045, root: null },
    });
  });
});

describe("two thousand files and a hundred thousand lines", () => {
  test("only what is in view exists, and its lines have colours", async () => {
    await open("/try/new?folder=/home/ann/large", "team");
    await seen(/^2.000 files of 2000$/);
    expect(await page.locator("[data-path]").count()).toBeLessThan(60);
    const lines = role("region", { name: "Lines of data/table.rs" });
    await lines.getByText("row 0").waitFor();
    await lines.locator(".string").first().waitFor();
    expect(await lines.locator(".line").count()).toBeLessThan(80);
    await lines.evaluate((box) => (box.scrollTop = box.scrollHeight));
    await lines.getByText("row 99999").waitFor();
    await role("searchbox", { name: "Filter files" }).fill("file-1999");
    await file("src/part-39/file-1999.rs").click();
    await role("region", { name: "Lines of src/part-39/file-1999.rs" }).waitFor();
    await role("checkbox", { name: "Send src/part-39/file-1999.rs" }).uncheck();
    await submit().click();
    await until(() => sent() !== undefined);
    expect(sent()?.files).toHaveLength(1999);
  });
});

describe("where it begins", () => {
  test("nothing was tried yet: it says what it is", async () => {
    await open("/try", "empty");
    await heading("Try");
    await seen(/Have a change built before it is anybody else's/);
    await role("link", { name: "Try a change" }).click();
    await seen(/Give the folder of a working copy/);
    await role("textbox", { name: "Folder of a working copy" }).fill("/home/ann/app");
    await page.keyboard.press("Enter");
    await seen("7 files of 7");
    expect(path()).toBe("/try/new");
  });
});
