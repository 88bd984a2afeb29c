import { describe, expect, test } from "vitest";
import { FakeHost } from "../fake-host";
import { heading, host, open, ordered, page, role, seen, stand, until } from "./stand";

stand();

describe("first run", () => {
  test("offers a folder, and leads to its first build", async () => {
    await open("/", "empty");
    await heading("No projects yet");
    await seen(/This desktop shows no tray/);
    await role("main").getByRole("link", { name: "Add a folder" }).click();
    await role("button", { name: "Choose ripgrep" }).click();
    await seen("Cargo (Cargo.toml)");
    await seen(/Not found on this machine/);
    await role("textbox", { name: "Command of step 2" }).fill("cargo test --workspace");
    await role("button", { name: "Add a step" }).click();
    await role("button", { name: "Add and build" }).isDisabled();
    await role("textbox", { name: "Command of step 3" }).fill("cargo doc");
    await role("button", { name: "Move step 3 up" }).click();
    host.overview.builders = new FakeHost("one").overview.builders;
    await role("button", { name: "Add and build" }).click();
    await until(() => ordered("add_project") !== undefined);
    expect(ordered("add_project")).toEqual({
      path: "/home/ann/ripgrep",
      name: "ripgrep",
      branch: "main",
      steps: [
        { name: "build", command: "cargo build --all-targets" },
        { name: "step 3", command: "cargo doc" },
        { name: "test", command: "cargo test --workspace" },
      ],
      build_now: true,
    });
    await page.waitForURL("**/builders/1/builds/41");
  });

  test("a folder without a repository is refused with the next step", async () => {
    await open("/projects/add", "empty");
    await role("textbox", { name: "Folder or address of a repository" }).fill("/home/ann/nothing");
    await page.keyboard.press("Enter");
    await seen("/home/ann/nothing is not in a git repository.");
    await seen(/Run `git init` there/);
  });
});
