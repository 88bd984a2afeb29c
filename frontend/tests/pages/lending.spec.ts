import { describe, expect, test } from "vitest";
import { heading, host, open, ordered, page, role, seen, stand, until } from "./stand";

stand();

describe("lending", () => {
  test("begins with three fields, and says what it means", async () => {
    await open("/lending", "empty");
    await heading("Lending");
    await seen(/with your own rights/);
    const lend = role("button", { name: "Lend this machine" });
    expect(await lend.isDisabled()).toBe(true);
    await role("textbox", { name: "Master" }).fill("farm.example.org");
    await role("textbox", { name: "Worker name" }).fill("ann");
    await page.getByLabel("Password", { exact: true }).fill("s3cret");
    await lend.click();
    await until(() => ordered("add_lending") !== undefined);
    expect(ordered("add_lending")).toEqual({
      fields: {
        master: "farm.example.org",
        name: "ann",
        password: "s3cret",
        protocol: null,
        tls: false,
        folder: null,
        builds: 1,
        nice: 10,
        session_only: false,
      },
    });
    await seen("Waiting for builds");
    expect(await page.getByLabel("Password", { exact: true }).count()).toBe(0);
  });

  test("says what is wrong with an address, and keeps what was typed", async () => {
    await open("/lending", "empty");
    await role("textbox", { name: "Master" }).fill("no address");
    await role("textbox", { name: "Worker name" }).fill("ann");
    await page.getByLabel("Password", { exact: true }).fill("s3cret");
    await page.keyboard.press("Enter");
    await seen("this is no address");
    expect(await role("textbox", { name: "Master" }).inputValue()).toBe("no address");
  });

  test("pauses at once, and asks before it takes back", async () => {
    await open("/lending");
    await seen("Building for 2 builders");
    await seen(/does not accept worker 'ann' with this password/);
    await role("button", { name: "Pause" }).first().click();
    await until(() => ordered("order_lending") !== undefined);
    expect(ordered("order_lending")).toEqual({ lending: 1, verb: "pause" });
    host.orders.length = 0;
    await role("button", { name: "More about the lending to farm.example.org:9989" }).click();
    await role("menuitem", { name: "Take back at once…" }).click();
    await seen(/2 builds end at once/);
    expect(host.orders).toEqual([]);
    await role("button", { name: "Take it back" }).click();
    await until(() => ordered("order_lending") !== undefined);
    expect(ordered("order_lending")).toEqual({ lending: 1, verb: "take_back" });
  });

  test("changes without asking for the password again, and removes", async () => {
    await open("/lending", "one");
    const menu = role("button", { name: /^More about the lending/ });
    await menu.click();
    await role("menuitem", { name: "Change…" }).click();
    await role("textbox", { name: "Worker name" }).fill("ann-desk");
    await role("button", { name: "Save" }).click();
    await until(() => ordered("change_lending") !== undefined);
    expect(ordered("change_lending")).toMatchObject({ lending: 1, fields: { name: "ann-desk", password: null } });
    await menu.click();
    await role("menuitem", { name: "Remove…" }).click();
    await role("button", { name: "Remove it" }).click();
    await role("button", { name: "Lend this machine" }).waitFor();
    expect(ordered("remove_lending")).toEqual({ lending: 1 });
  });
});
