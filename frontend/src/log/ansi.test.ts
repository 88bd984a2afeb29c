import { describe, expect, test } from "vitest";
import { plain, spans } from "./ansi";

const ESC = "\x1b";
const texts = (line: string) => spans(line).map(({ text, style }) => [text, style]);

describe("colours", () => {
  test("plain text is one span", () => {
    expect(texts("hello")).toEqual([["hello", {}]]);
    expect(texts("")).toEqual([]);
  });
  test("sixteen", () => {
    expect(texts(`a${ESC}[31mb${ESC}[1;92mc${ESC}[0md`)).toEqual([
      ["a", {}],
      ["b", { fg: 1 }],
      ["c", { fg: 10, bold: true }],
      ["d", {}],
    ]);
  });
  test("256 and true colour, with semicolons and colons", () => {
    expect(texts(`${ESC}[38;5;208mx`)).toEqual([["x", { fg: "#ff8700" }]]);
    expect(texts(`${ESC}[48;5;3mx`)).toEqual([["x", { bg: 3 }]]);
    expect(texts(`${ESC}[38;5;255mx`)).toEqual([["x", { fg: "#eeeeee" }]]);
    expect(texts(`${ESC}[38;2;1;2;300;4mx`)).toEqual([["x", { fg: "#0102ff", underline: true }]]);
    expect(texts(`${ESC}[38:5:1mx`)).toEqual([["x", { fg: 1 }]]);
  });
  test("what turns off turns off only that", () => {
    expect(texts(`${ESC}[1;31;4mx${ESC}[22my${ESC}[39mz${ESC}[mw`)).toEqual([
      ["x", { bold: true, fg: 1, underline: true }],
      ["y", { fg: 1, underline: true }],
      ["z", { underline: true }],
      ["w", {}],
    ]);
  });
  test("nonsense is left out", () => {
    expect(plain(`${ESC}[38;5mx${ESC}[999;;;;my${ESC}[`)).toBe("xy");
    expect(plain(`${ESC}[2Kx${ESC}[1A${ESC}(By${ESC}c`)).toBe("xy");
    expect(plain(`${ESC}]8;;https://example.org\x07link${ESC}]8;;\x07`)).toBe("link");
    expect(plain(`${ESC}]0;title${ESC}\\x\x08\x00y`)).toBe("xy");
  });
});

test("a progress bar shows where it ended", () => {
  expect(plain("10%\r50%\r100%")).toBe("100%");
  expect(plain("done\r")).toBe("done");
  expect(plain("a\tb")).toBe("a\tb");
});

test("no text is lost or made up, whatever comes", () => {
  const pieces = [
    "a",
    "é",
    "𝄞",
    `${ESC}[31m`,
    `${ESC}[0m`,
    `${ESC}[38;5;`,
    ESC,
    "[",
    "m",
    ";",
    "1",
    `${ESC}]8;;x\x07`,
    "\x07",
    " ",
  ];
  let state = 12345;
  for (let round = 0; round < 3000; round++) {
    let line = "";
    for (let length = 0; length < 12; length++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      line += pieces[(state >>> 16) % pieces.length];
    }
    const all = spans(line);
    expect(all.map((span) => span.text).join("")).toBe(plain(line));
    expect(all.every((span) => span.text !== "" && !span.text.includes(ESC))).toBe(true);
  }
});

describe("what cannot be seen", () => {
  test("is named, so that nothing reads otherwise than it is", () => {
    expect(texts(`if ${ESC}[31ma\u202eb${ESC}[0m\u2066`)).toEqual([
      ["if ", {}],
      ["a", { fg: 1 }],
      ["U+202E", { odd: true }],
      ["b", { fg: 1 }],
      ["U+2066", { odd: true }],
    ]);
    expect(texts("\x9b31mred\u200b")).toEqual([
      ["U+009B", { odd: true }],
      ["31mred", {}],
      ["U+200B", { odd: true }],
    ]);
  });
  test("scripts written to the left and joined emoji stay as they are", () => {
    for (const text of ["שגיאה: הקובץ חסר", "👩\u200d💻 می\u200cخواهم"]) expect(texts(text)).toEqual([[text, {}]]);
  });
});
