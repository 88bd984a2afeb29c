import { describe, expect, test } from "vitest";
import { textLog } from "../fake/logs";
import { complaints, heading, host, open, ordered, page, role, seen, served, stand, until } from "./stand";

stand();

describe("a build", () => {
  const line = (number: number) => role("link", { name: `Line ${number}`, exact: true });
  const inView = (number: number) =>
    line(number).evaluate((one) => {
      const box = one.getBoundingClientRect();
      const around = one.closest("[role=region]")?.getBoundingClientRect();
      return around !== undefined && box.top >= around.top && box.bottom <= around.bottom;
    });

  test("opens at the first error, and n and p go on from there", async () => {
    await open("/builders/1/builds/45");
    await line(81).waitFor();
    expect(await inView(81)).toBe(true);
    await page.keyboard.press("n");
    await seen("Error in line 88");
    await page.keyboard.press("n");
    await seen("No further error");
    await page.keyboard.press("p");
    await seen("Error in line 81");
  });

  test("folds the environment, and shows it when asked or when a line in it is", async () => {
    await open("/builders/1/builds/45");
    await line(81).waitFor();
    await page.keyboard.press("Home");
    await role("button", { name: "Environment: 12 variables, show" }).click();
    await seen("CARGO_TERM_COLOR=always");
    await page.goto(`${served.url}/builders/1/builds/45/steps/1/logs/stdio#L9`);
    await seen("LANG=en_GB.UTF-8");
  });

  test("a line's number is its link", async () => {
    await open("/builders/1/builds/45");
    await line(80).click();
    await until(() => page.url().endsWith("/builders/1/builds/45/steps/1/logs/stdio#L80"));
  });

  test("a notice's ?line= counts from 0", async () => {
    await open("/builders/1/builds/90/steps/1/logs/stdio?line=499999");
    await line(500_000).waitFor();
    expect(await inView(500_000)).toBe(true);
  });

  test("of a million lines only those in view exist; search and the ends are quick", async () => {
    await open("/builders/1/builds/90");
    await line(949_001).waitFor();
    expect(await page.locator(".line").count()).toBeLessThan(120);
    await role("searchbox", { name: "Search the log" }).fill("[00950123]");
    await page.keyboard.press("Enter");
    await seen("Line 950124");
    await line(950_124).waitFor();
    await page.locator("[role=region]").focus();
    await page.keyboard.press("End");
    await line(1_000_000).waitFor();
    expect(await inView(1_000_000)).toBe(true);
    await page.keyboard.press("Home");
    await line(1).waitFor();
    expect(await page.locator(".line").count()).toBeLessThan(120);
  });

  test("who scrolls gets other lines in the rows that are there, in their order", async () => {
    await open("/builders/1/builds/90");
    await line(949_001).waitFor();
    const rows = page.locator(".line");
    await rows.evaluateAll((all) => all.forEach((one) => one.setAttribute("data-seen", "")));
    const before = await rows.count();
    await page.locator("[role=region]").hover();
    await page.mouse.wheel(0, 20 * 18);
    await line(949_045).waitFor();
    expect(await page.locator(".line[data-seen]").count()).toBe(before);
    const numbers = await rows.locator("a").evaluateAll((all) => all.map(({ textContent }) => Number(textContent)));
    expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
  });

  test("a long line that was opened opens no other", async () => {
    await open("/builders");
    host.logs.set(1, textLog(Array.from({ length: 300 }, () => "x".repeat(5000))));
    await page.goto(`${served.url}/builders/1/builds/45/steps/1/logs/stdio#L1`);
    const more = role("button", { name: "… 1\u202f000 more characters" });
    await more.first().click();
    const lines = await page.locator(".line").count();
    expect(await more.count()).toBe(lines - 1);
    await page.locator("[role=region]").hover();
    await page.mouse.wheel(0, 100 * 18);
    await line(120).waitFor();
    await expect.poll(() => more.count()).toBe(await page.locator(".line").count());
  });

  test("a running log is followed as it grows, until one scrolls up", async () => {
    await open("/builders/6/builds/47");
    await line(400).waitFor();
    const log = host.logs.get(3);
    if (!log) throw new Error("the log is part of the farm");
    log.numLines = 450;
    host.send({ kind: "log", master: "bundled", log: 3, num_lines: 450, complete: false });
    await line(450).waitFor();
    expect(await inView(450)).toBe(true);
    await page.locator("[role=region]").hover();
    await page.mouse.wheel(0, -300);
    await expect.poll(() => role("button", { name: "Follow" }).getAttribute("aria-pressed")).toBe("false");
    log.numLines = 500;
    host.send({ kind: "log", master: "bundled", log: 3, num_lines: 500, complete: true });
    await seen("500 lines");
    expect(await line(500).count()).toBe(0);
  });

  test("long lines are cut, can be wrapped, and stderr is told apart", async () => {
    await open("/builders/1/builds/45#L89");
    await role("button", { name: /more characters/ })
      .first()
      .waitFor();
    const width = () => page.locator("[role=region]").evaluate((one) => one.scrollWidth - one.clientWidth);
    expect(await width()).toBeGreaterThan(1000);
    await page.keyboard.press("w");
    await expect.poll(width).toBeLessThan(5);
    expect(await page.locator(".line.e").count()).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  test("hostile content is shown and does nothing: markup, turned text, lines of megabytes", async () => {
    await open("/builders");
    const lines = [
      "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\"><h1>big</h1>",
      "access granted to \u202ebob\u202c",
      "x".repeat(64_000),
    ];
    host.logs.set(1, { kind: "h", numLines: 3, complete: true, line: (number) => lines[number] ?? "" });
    await page.goto(`${served.url}/builders/1/builds/45/steps/1/logs/stdio#L1`);
    await seen("<h1>big</h1>");
    await seen("U+202E");
    await role("button", { name: "… 60\u202f000 more characters" }).click();
    await role("button", { name: "… 24\u202f000 more characters" }).waitFor();
    expect(await page.title()).toBe("linux-tests #45 – Outpost");
    expect(await page.locator(".line img, .line script, .line h1").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("can be rebuilt, and goes to its neighbours", async () => {
    await open("/builders/1/builds/45");
    await page.keyboard.press("]");
    await heading("linux-tests #46");
    await page.keyboard.press("[");
    await heading("linux-tests #45");
    await role("button", { name: "Rebuild" }).click();
    await until(() => ordered("rebuild") !== undefined);
    await page.waitForURL("**/builders/1");
  });
});
