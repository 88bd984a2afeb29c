import { describe, expect, test } from "vitest";
import { documentOf } from "./html";

/** What becomes of it, without what stands before it. */
function made(html: string): string {
  const whole = documentOf(html);
  return whole.slice(whole.indexOf("</style>") + "</style>".length);
}

describe("HTML of a log", () => {
  test.each([
    ["plain & <b>bold</b>", "plain & <b>bold</b>"],
    ["a < b", "a &lt; b"],
    ["<p>one<p>two", "<p>one<p>two</p></p>"],
    ["<b><i>x</b></i>y", "<b><i>x</i></b>y"],
    ["</div>x", "x"],
    ["<script>alert(1)</script>x", "x"],
    ["<SCRIPT SRC=//evil></SCRIPT >x", "x"],
    ["<script>never ends", ""],
    ["<scr<script>ipt>alert(1)</script>", "ipt>alert(1)"],
    ["<!-- <b> -->x<!-- open", "x"],
    ["<meta http-equiv=refresh content='0;url=//evil'>x", "x"],
    ["<base href=//evil><link rel=preconnect href=//evil>x", "x"],
    ["<img src=//evil onerror=alert(1)>", "<img>"],
    ["<img src='data:image/png;base64,AAAA'>", '<img src="data:image/png;base64,AAAA">'],
    ["<img src=\"data:image/svg+xml,<svg onload='x'>\">", "<img>"],
    ["<a href='https://e.example/?a=\"b' ping=//evil>x</a>", '<a title="https://e.example/?a=&quot;b">x</a>'],
    ["<td colspan=2 onclick=x style='color:red'>x</td>", '<td colspan="2" style="color:red">x</td>'],
    ["<form action=//evil><input name=a><button>go</button></form>", "go"],
    ["<style>p { color: red }</style>x", "<style>p { color: red }</style>x"],
    ['<p title="a>b">x</p>', '<p title="a>b">x</p>'],
    ['x<p title="never ends', 'x<p title=""></p>'],
    ["<?php x ?><!doctype html>x", "x"],
  ])("%s", (html, shown) => expect(made(html)).toBe(shown));

  test("what is nested deeply stays a shallow tree", () => {
    const deep = made("<div>".repeat(100_000) + "x");
    expect(deep.match(/<div>/g)?.length).toBe(60);
    const formats = made(Array.from({ length: 5000 }, (_, at) => `<font size=${at}>`).join("") + "<p>".repeat(5000));
    expect(formats.match(/<font/g)?.length).toBe(12);
    expect(made("<br>".repeat(100_000)).match(/<br>/g)?.length).toBe(30_000);
  });

  test("whatever it is, it is made in a moment", () => {
    for (const part of ["<", "<a ", "<p title='", "<!--", "<script>", '<b x="', "</", "<style>", "<a b=c d='", "&<>"]) {
      const start = performance.now();
      made(part.repeat(2_000_000 / part.length));
      expect(performance.now() - start, part).toBeLessThan(5000);
    }
  });
});
