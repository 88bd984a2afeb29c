/** Who may look, and what happens when the resident goes away and comes back. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPage } from "../browser";
import { hands, leave, project, stage, type Stage } from "./stage";

let all: Stage;
beforeAll(async () => {
  all = await stage();
  await project(all.outpost, "widget");
});
afterAll(async () => {
  // What the browser itself prints about connections that fail is what this test is about.
  const expected = /ERR_CONNECTION_REFUSED|WebSocket connection to|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/;
  all.complaints = all.complaints.filter((one) => !expected.test(one));
  await leave(all);
});

test("the link works once, and a browser without a session is told what to do", async () => {
  const { outpost, browser } = all;
  const stranger = await browser.newContext();
  const { page } = await openPage(stranger);
  await page.goto(`${outpost.url}/builders`);
  await hands(page).heading("Not signed in");
  await hands(page).seen(/outpost run/);
  const again = await page.goto(outpost.link);
  expect(again?.status()).toBe(403);
  await hands(page).seen(/This link was used before/);
  expect(await page.content()).not.toContain("widget");
  await stranger.close();
  expect(new URL(all.page.url()).search).toBe("");
});

test("a page says since when it is stale, and is live again when the resident is back", async () => {
  const { outpost, page } = all;
  const { role, seen, goTo, heading } = hands(page);
  await goTo("Builders");
  await role("link", { name: "widget", exact: true }).waitFor();
  await outpost.kill();
  await seen(/Stale since \d\d:\d\d/);
  await role("link", { name: "widget", exact: true }).click();
  await page.goBack();
  await role("link", { name: "widget", exact: true }).waitFor();
  await outpost.run();
  await page.getByText(/Stale since/).waitFor({ state: "detached" });
  outpost.cli("force", "widget");
  await role("link", { name: /#1 .*success/i }).waitFor();
  await role("link", { name: "widget", exact: true }).click();
  await heading("widget");
  await role("button", { name: "Force…" }).waitFor();
});

test("the licences of the packages in the pages are with the pages", async () => {
  const answer = await all.context.request.get(`${all.outpost.url}/third-party.txt`);
  const text = await answer.text();
  expect(text).toMatch(/^highlight\.js \d/m);
  expect(text).toContain("BSD 3-Clause License");
  expect(text).toMatch(/^svelte \d/m);
});
