import { describe, expect, test } from "vitest";
import { heading, open, page, role, stand, until } from "./stand";

stand();

describe("builders", () => {
  test("the filter is in the address and comes back with it", async () => {
    await open("/builders", "many");
    await role("button", { name: "All 500" }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("asan-7");
    await role("link", { name: "linux-asan-7" }).waitFor();
    await until(() => page.url().endsWith("?q=asan-7"));
    await role("link", { name: "linux-asan-7" }).click();
    await heading("linux-asan-7");
    await page.goBack();
    await role("link", { name: "linux-asan-7" }).waitFor();
    expect(await role("searchbox", { name: "Filter builders" }).inputValue()).toBe("asan-7");
    await role("searchbox", { name: "Filter builders" }).fill("zzz");
    await role("button", { name: "Show all" }).click();
    await role("button", { name: "All 500" }).waitFor();
  });

  test("of 500 only those in view exist, and the last can be reached", async () => {
    await open("/builders", "many");
    await role("link", { name: "linux-tests", exact: true }).waitFor();
    const rows = () => page.locator("li[data-row]").count();
    expect(await rows()).toBeLessThan(80);
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.locator('li[aria-posinset="500"]').waitFor();
    expect(await rows()).toBeLessThan(80);
  });

  test("j and k move, enter opens, g and a letter go", async () => {
    await open("/builders");
    await role("link", { name: "linux-tests", exact: true }).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await heading("linux-tests");
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await heading("Changes");
  });

  test("details open beside the list", async () => {
    await open("/builders");
    await role("button", { name: "Details of linux-tests", exact: true }).click();
    await role("complementary", { name: "Details of linux-tests" }).getByRole("link", { name: "Open" }).waitFor();
    await page.keyboard.press("Escape");
    await role("complementary").waitFor({ state: "detached" });
  });
});
