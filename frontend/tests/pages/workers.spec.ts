import { describe, expect, test } from "vitest";
import { heading, host, open, ordered, page, path, role, seen, stand, until } from "./stand";

stand();

describe("workers", () => {
  test("each tells what it does, why it is paused, and who was turned away", async () => {
    await open("/workers");
    await seen("Building 2 of 2");
    await seen("“its disk is being replaced”");
    await seen("Leaving after its builds, building");
    await seen("no builder has it");
    await seen("wrong password");
    await seen("another program has it");
    await role("link", { name: "docs #47" }).click();
    await until(() => path() === "/builders/6/builds/47");
  });

  test("is paused with a reason and let go on, by keyboard", async () => {
    await open("/workers/2");
    await role("button", { name: "More about mac-mini" }).focus();
    await page.keyboard.press("Enter");
    await role("menuitem", { name: "Pause…" }).press("Enter");
    await role("textbox", { name: /Reason/ }).fill("an update");
    await page.keyboard.press("Enter");
    await seen("“an update”");
    expect(ordered("order_worker")).toEqual({ master: "bundled", worker: 2, verb: "pause", reason: "an update" });
    await role("button", { name: "More about mac-mini" }).click();
    await role("menuitem", { name: "Let it build again" }).click();
    await until(() => host.orders.at(-1)?.input !== undefined && host.workers.workers[1]?.paused === false);
  });

  test("what loses builds asks first and says so; what can be taken back does not ask", async () => {
    await open("/workers");
    const menu = () => role("button", { name: "More about winbox" }).click();
    await menu();
    await role("menuitem", { name: "Stay after its builds" }).click();
    await until(() => ordered("order_worker") !== undefined);
    expect(ordered("order_worker")).toEqual({ master: "bundled", worker: 4, verb: "stay", reason: "" });
    await menu();
    await role("menuitem", { name: "Leave at once…" }).click();
    await seen("1 build is under way there and will be made again.");
    await role("button", { name: "Not now" }).click();
    await menu();
    await role("menuitem", { name: "Leave at once…" }).click();
    await role("button", { name: "Send it away at once" }).click();
    await until(() => host.orders.length === 2);
    expect(host.orders[1]?.input).toEqual({ master: "bundled", worker: 4, verb: "kill", reason: "" });
  });

  test("a local one cannot be sent away", async () => {
    await open("/workers/1");
    await role("button", { name: "More about local" }).click();
    expect(await role("menuitem").allTextContents()).toEqual(["Pause…"]);
  });

  test("adding one says what to write here and what to type there", async () => {
    await open("/workers");
    await role("link", { name: "Add a worker" }).click();
    await heading("Add a worker");
    await role("textbox", { name: "Its name" }).fill("a b");
    await role("button", { name: "Make a password" }).click();
    await seen("a worker's name has");
    await role("textbox", { name: "Its name" }).fill("laptop");
    await page.keyboard.press("Enter");
    await seen('c["workers"].append(worker.Worker("laptop", secret("worker-laptop")))');
    await seen(/buildbot-worker create-worker laptop-worker farm:9989 laptop/);
    await seen("The configuration has laptop; it has not come yet.");
    const row = host.workers.workers.find((one) => one.name === "laptop");
    if (row) row.connected = true;
    host.send({ kind: "overview" });
    await role("link", { name: "laptop is connected" }).click();
    await heading("laptop");
  });

  test("without any, the way to the first one is shown", async () => {
    await open("/workers", "empty");
    await seen("No worker is configured");
    await seen("No port is open");
  });
});
