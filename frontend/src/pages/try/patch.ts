/** Reads the text of a patch, so that it can be shown like a diff. Anything that is no hunk is kept as words. Pure. */
import type { TryHunk } from "../../generated/TryHunk";
import type { DiffPart } from "./diff-rows";

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/** The files of a patch, in order. */
export function readPatch(text: string): DiffPart[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const parts: { head: string[]; hunks: TryHunk[] }[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const part = parts.at(-1);
    const found = HUNK.exec(line);
    if (found && part) {
      const hunk = { old_start: Number(found[1]), new_start: Number(found[3]), heading: line, lines: [] };
      part.hunks.push(hunk);
      at = readHunk(lines, at + 1, hunk, Number(found[2] ?? 1), Number(found[4] ?? 1));
      continue;
    }
    if (!part || begins(line, part)) parts.push({ head: [line], hunks: [] });
    else part.head.push(line);
    at++;
  }
  return parts.map(({ head, hunks }) => ({ path: nameIn(head), words: wordsIn(head), hunks, cut: false }));
}

/** Whether a line begins the next file. A heading has several lines that could. */
function begins(line: string, { head, hunks }: { head: string[]; hunks: unknown[] }): boolean {
  if (line.startsWith("Index: ")) return true;
  if (line.startsWith("diff ")) return hunks.length > 0 || !head[0]?.startsWith("Index: ");
  return line.startsWith("--- ") && (hunks.length > 0 || head.some((one) => one.startsWith("+++ ")));
}

/** Takes a hunk's lines in; gives the place after it. Ends where the numbers in its heading or its signs end. */
function readHunk(lines: readonly string[], from: number, hunk: TryHunk, before: number, after: number): number {
  let at = from;
  while (at < lines.length && (before > 0 || after > 0 || lines[at]?.startsWith("\\"))) {
    const line = lines[at] ?? "";
    const sign = line[0] ?? " ";
    if (sign === "\\") {
      const last = hunk.lines.at(-1);
      if (last) last.unfinished = true;
    } else if (sign === " " || sign === "+" || sign === "-") {
      const text = line.slice(1);
      hunk.lines.push({ sign, text: text.endsWith("\r") ? `${text.slice(0, -1)}␍` : text, unfinished: false });
      if (sign !== "+") before--;
      if (sign !== "-") after--;
    } else break;
    at++;
  }
  return at;
}

function nameIn(head: readonly string[]): string {
  const after = named(head, /^\+\+\+ (?:b\/)?([^\t]+)/);
  const before = named(head, /^--- (?:a\/)?([^\t]+)/);
  if (after !== undefined && after !== "/dev/null") return after;
  if (before !== undefined && before !== "/dev/null") return before;
  return (
    named(head, /^rename to (.+)/) ??
    named(head, /^Index: (.+)/) ??
    named(head, /^diff --git .* (?:b\/)?(\S+)$/) ??
    head[0] ??
    ""
  );
}

function named(head: readonly string[], pattern: RegExp): string | undefined {
  for (const line of head) {
    const found = pattern.exec(line);
    if (found) return found[1];
  }
  return undefined;
}

/** What the heading says of modes, names and content that is no text. */
function wordsIn(head: readonly string[]): string | null {
  const telling = head.filter((line) =>
    /^(?:old mode|new mode|new file|deleted file|rename |copy |Binary files|GIT binary patch)/.test(line),
  );
  return telling.length ? telling.join(", ") : null;
}
