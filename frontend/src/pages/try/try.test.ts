import { describe, expect, test } from "vitest";
import type { TryFile } from "../../generated/TryFile";
import { PATCH } from "../../../tests/fake/try-changes";
import { boxOf, boxOver, carried, everything, hasHunk, submitted, withFiles, withHunk } from "./choice";
import { DiffRows } from "./diff-rows";
import { readPatch } from "./patch";
import { answers } from "./patterns";
import { highlighterOf, languageOf, tokens } from "./syntax";
import { againstBase, stateOfBuild, stateOfTry } from "./words";

const file = (at: number, path: string, hunks: number) => ({ file: at, path, hunks }) as TryFile;
const FILES = [file(0, "a", 3), file(1, "b", 1), file(2, "c", 0)];

describe("what goes along", () => {
  test("everything at first, and then it is not spelt out", () => {
    const all = everything(FILES);
    expect(submitted(all, FILES)).toBeNull();
    expect(boxOver(all, FILES)).toBe("on");
  });
  test("hunks make a file a part; all of them make it whole again, none of them leaves it out", () => {
    const [a] = FILES as [TryFile];
    let choice = withHunk(everything(FILES), a, 1, false);
    expect([boxOf(choice, 0), hasHunk(choice, 0, 1), hasHunk(choice, 0, 2)]).toEqual(["some", false, true]);
    expect(submitted(choice, FILES)?.[0]).toEqual({ file: 0, hunks: [0, 2] });
    choice = withHunk(choice, a, 1, true);
    expect(submitted(choice, FILES)).toBeNull();
    for (const hunk of [0, 1, 2]) choice = withHunk(choice, a, hunk, false);
    expect(boxOf(choice, 0)).toBe("off");
    expect(boxOver(choice, FILES)).toBe("some");
  });
  test("a newer take keeps out what was left out, by its path", () => {
    const choice = withFiles(everything(FILES), [1], false);
    const now = [file(0, "new", 1), file(1, "a", 1), file(2, "b", 1)];
    expect([...carried(choice, FILES, now).keys()]).toEqual([0, 1]);
  });
});

test("names answer to patterns", () => {
  expect(answers("linux-tests", "linux*")).toBe(true);
  expect(answers("linux-tests", "*tests")).toBe(true);
  expect(answers("linux-tests", "l*x-*s")).toBe(true);
  expect(answers("linux-tests", "linux")).toBe(false);
  expect(answers("ab", "ab*b")).toBe(false);
  expect(answers("a".repeat(5000), "*a".repeat(2000) + "b")).toBe(false);
});

describe("a patch as a diff", () => {
  test("files, modes, hunks and the end without a line feed", () => {
    const parts = readPatch(PATCH);
    expect(parts.map(({ path, words, hunks }) => [path, words, hunks.length])).toEqual([
      ["src/main.rs", null, 1],
      ["tools/check.sh", "old mode 100644, new mode 100755", 0],
      ["docs/new.md", "new file mode 100644", 1],
    ]);
    expect(parts[2]?.hunks[0]?.lines).toEqual([{ sign: "+", text: "# New", unfinished: true }]);
  });
  test("Subversion's and bare headings; a removed line of dashes is no heading", () => {
    const svn =
      "Index: a.c\n=====\n--- a.c\t(revision 3)\n+++ a.c\t(working copy)\n@@ -1,2 +1 @@\n--- x\n y\nIndex: b.png\n";
    expect(readPatch(svn).map(({ path }) => path)).toEqual(["a.c", "b.png"]);
    expect(readPatch(svn)[0]?.hunks[0]?.lines.map(({ text }) => text)).toEqual(["-- x", "y"]);
    expect(readPatch("--- a\n+++ b\n@@ -1 +1 @@\n-1\n+2\n--- c\n+++ d\n@@ -1 +1 @@\n-1\n+2\n")).toHaveLength(2);
  });
  test("anything at all is shown without an end to the page", () => {
    for (const text of ["", "\n", "@@ -1,9999999 +1 @@\n", "diff \n@@ -1,9999999 +1,9 @@\n+a\nwhat\n", "\\ x"])
      expect(() => new DiffRows(readPatch(text), true).row(0)).not.toThrow();
  });
});

test("rows of a diff have their numbers, and hunks are found", () => {
  const rows = new DiffRows(readPatch(PATCH), true);
  const all = Array.from({ length: rows.count }, (_, at) => rows.row(at));
  expect(all.map((row) => row?.kind)).toEqual(
    ["file", "hunk", "line", "line", "line", "line", "file", "words", "file", "words", "hunk", "line"].map(
      (kind) => kind,
    ),
  );
  expect(all.slice(2, 6).map((row) => row?.kind === "line" && [row.before, row.after])).toEqual([
    [1, 1],
    [2, 0],
    [0, 2],
    [3, 3],
  ]);
  expect(rows.hunkBeside(-1, 1)).toMatchObject({ part: 0, hunk: 0, row: 1 });
  expect(rows.hunkBeside(1, 1)).toMatchObject({ part: 2, row: 10 });
  expect(rows.hunkBeside(10, -1)).toMatchObject({ part: 0 });
  expect(rows.hunkBeside(10, 1)).toBeUndefined();
});

describe("colours of source text", () => {
  test("the language is known by the name", () => {
    expect(
      ["a/b.rs", "CMakeLists.txt", "x.hpp", "Makefile", "README", "a.unknown", "constructor", ".toString"].map(
        languageOf,
      ),
    ).toEqual(["rust", "cmake", "cpp", "makefile", undefined, undefined, undefined, undefined]);
  });
  test("tokens put together are the text, whatever it is", async () => {
    const rust = await highlighterOf("rust");
    for (const text of ['fn a() -> &str { "<b>&amp;\'" } // é\n/* two\nlines */', "</span>&lt;", "\n\n", ""]) {
      const lines = rust?.(text) ?? [];
      expect(lines.map((line) => line.map((token) => token.text).join("")).join("\n")).toBe(text);
    }
    expect(rust?.("// x")[0]?.[0]).toEqual({ text: "// x", kind: "comment" });
  });
  test("a scope that is not known looks as what is around it", () => {
    expect(tokens('<span class="hljs-string">a<span class="hljs-subst">b</span></span>c')).toEqual([
      [
        { text: "ab", kind: "string" },
        { text: "c", kind: "plain" },
      ],
    ]);
  });
});

test("what is not about the change has no result's colour", () => {
  expect(stateOfBuild({ state: "failure", applied: "not_applied" })).toBe("unknown");
  expect(stateOfTry({ state: "ended", applied: "not_applied", results: "failure" })).toBe("unknown");
  expect(stateOfTry({ state: "ended", applied: "applied", results: "failure" })).toBe("failure");
  const build = { against_base: "new", base_words: null, ended_at: 1 } as const;
  expect(againstBase({ ...build, applied: "applied" })).toMatch(/^New failure/);
  expect(againstBase({ ...build, applied: "not_applied" })).toBe("");
});
