import { describe, expect, test } from "vitest";
import { heading, host, open, page, role, seen, served, stand } from "./stand";

stand();

describe("changes and notices", () => {
  test("a change opens beside the list, also one that is older than the list", async () => {
    await open("/changes");
    await role("link", { name: "parser: accept an empty group" }).first().click();
    await role("complementary").getByText("The longer story, over").waitFor();
    await page.goto(`${served.url}/changes?change=910`);
    await role("complementary").getByText("The longer story, over").waitFor();
    await role("button", { name: "Show older changes" }).click();
    const listed = async () => Number(await page.locator("main [data-row]").first().getAttribute("aria-setsize"));
    await expect.poll(listed).toBeGreaterThan(60);
  });

  test("why a build was told or not can be filtered, and an open event goes to its page", async () => {
    await open("/notices");
    await role("button", { name: "Told", exact: true }).click();
    await seen("you broke it: 1 of 3 changes is yours");
    expect(await page.getByText("it was red before").count()).toBe(0);
    host.send({ kind: "open", path: "/builders/1/builds/45?line=80" });
    await heading("linux-tests #45");
  });
});
