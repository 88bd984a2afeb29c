import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { htmlLog } from "../fake/logs";
import { host, open, page, role, seen, served, stand } from "./stand";

stand();

/** Somebody who waits for a connection, of whatever kind. */
let elsewhere: Server;
let came: string[] = [];
beforeAll(async () => {
  elsewhere = createServer((socket) => {
    came.push("connection");
    socket.on("error", () => undefined);
    socket.on("data", (data) => came.push(data.toString("latin1").split("\r\n", 1)[0] ?? ""));
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
});
afterAll(() => new Promise((resolve) => elsewhere.close(resolve)));

/** Opens a build whose second log is this. */
async function show(html: string): Promise<void> {
  await open("/");
  host.logs.set(5, htmlLog(html));
  await page.goto(`${served.url}/builders/1/builds/45/steps/0/logs/stdio`);
}
const frame = () => page.frameLocator("iframe");

describe("an HTML log", () => {
  test("is a page with its own looks, and its text by one key", async () => {
    await show("<h1>Coverage</h1>\n<table><tr><td style='color: rgb(1, 2, 3)'>87 %</td></tr></table>");
    await frame().getByRole("heading", { name: "Coverage" }).waitFor();
    const cell = frame().getByRole("cell", { name: "87 %" });
    expect(await cell.evaluate((one) => getComputedStyle(one).color)).toBe("rgb(1, 2, 3)");
    await page.locator("h1").first().focus();
    await page.keyboard.press("v");
    await seen("<h1>Coverage</h1>");
    expect(await page.locator("iframe").count()).toBe(0);
    await role("button", { name: "As a page" }).click();
    await frame().getByRole("heading", { name: "Coverage" }).waitFor();
  });

  test("shows its text to who is sent to a line of it", async () => {
    await show("<p>one</p>\n<p>two</p>");
    await frame().getByText("two").waitFor();
    await page.goto(`${served.url}/builders/1/builds/45/steps/0/logs/stdio#L2`);
    await seen("<p>two</p>");
  });

  test("that wants to act does nothing: nothing runs, and nothing leaves", async () => {
    const away = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
    came = [];
    await show(
      [
        `<meta http-equiv="refresh" content="0;url=${away}/refresh"><base href="${away}/">`,
        `<link rel="stylesheet" href="${away}/css"><link rel="preconnect" href="${away}"><link rel="prefetch" href="${away}/p">`,
        `<link rel="dns-prefetch" href="${away}"><link rel="icon" href="${away}/icon">`,
        `<script>parent.ran = true; fetch("${away}/script")</script><script src="${away}/src"></script>`,
        `<svg onload="parent.ran = true"><script>parent.ran = true</script></svg>`,
        `<img src="${away}/img" srcset="${away}/set 2x" onerror="parent.ran = true">`,
        `<body background="${away}/body" onload="parent.ran = true">`,
        `<style>@import "${away}/import"; body { background: url(${away}/url) } @font-face { font-family: f; src: url(${away}/font) } p { font-family: f }</style>`,
        `<p style="background: url('${away}/style')">the end is here</p>`,
        `<iframe src="${away}/frame" srcdoc="<script>parent.parent.ran = true</script>"></iframe>`,
        `<object data="${away}/object"></object><embed src="${away}/embed"><video autoplay src="${away}/video" poster="${away}/poster"></video>`,
        `<form id="f" action="${away}/form" method="post"><input name="a" autofocus onfocus="parent.ran = true"><button>Send</button></form>`,
        `<a href="${away}/top" target="_top" ping="${away}/ping">to the top</a> <a href="${away}/self">to itself</a>`,
        `<a href="javascript:parent.ran = true">run</a> <a href="${away}/blank" target="_blank">another</a>`,
      ].join("\n"),
    );
    await frame().getByText("the end is here").waitFor();
    const before = page.url();
    for (const link of ["to the top", "to itself", "run", "another"]) await frame().getByText(link).click();
    expect(await frame().locator("form, input, button, [href], [src]").count()).toBe(0);
    await page.waitForLoadState("networkidle");
    expect(came).toEqual([]);
    expect(await page.evaluate(() => "ran" in window)).toBe(false);
    expect(page.url()).toBe(before);
    expect(page.context().pages()).toHaveLength(1);
    await frame().getByText("the end is here").waitFor();
  });

  test("that the frame's own guards hold alone is seen without what makes it small", async () => {
    const away = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
    came = [];
    await show("<p>here</p>");
    await frame().getByText("here").waitFor();
    const attributes = await page
      .locator("iframe")
      .evaluate((one) => [one.getAttribute("sandbox"), one.getAttribute("src")]);
    expect(attributes).toEqual(["", null]);
    await page.locator("iframe").evaluate((one, away) => {
      const whole = (one as HTMLIFrameElement).srcdoc;
      (one as HTMLIFrameElement).srcdoc =
        `${whole}<script>parent.ran = true</script><img src="${away}/img"><a href="${away}/self">self</a>` +
        `<a href="${away}/top" target="_top">top</a><form action="${away}/form"><button>Send</button></form>` +
        `<meta http-equiv="refresh" content="0;url=${away}/refresh"><p>changed</p>`;
    }, away);
    await frame().getByText("changed").waitFor();
    const before = page.url();
    await frame().getByText("Send").click();
    await frame().getByText("top").click();
    await frame().getByText("self").click();
    await page.waitForLoadState("networkidle");
    // Chromium connects to where a pressed link leads before it is told that it may not go there.
    expect(came.filter((one) => one !== "connection")).toEqual([]);
    expect(await page.evaluate(() => "ran" in window)).toBe(false);
    expect(page.url()).toBe(before);
  });

  test("that is nested without end is shown, and the page goes on", async () => {
    const fonts = Array.from({ length: 4000 }, (_, at) => `<font size="${at}">`).join("");
    await show(`${fonts}${"<p>".repeat(4000)}${"<div>".repeat(100_000)}the end`);
    await frame().getByText("the end").waitFor();
    await page.keyboard.press("v");
    await role("button", { name: "As a page", pressed: false }).waitFor();
  });
});
