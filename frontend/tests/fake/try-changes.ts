/** Working copies with changes: a usual one, a large one, one with a merge in it, and one without a change. */
import type { TryChange } from "../../src/generated/TryChange";
import type { TryDiff } from "../../src/generated/TryDiff";
import type { TryFile } from "../../src/generated/TryFile";
import type { TryHunk } from "../../src/generated/TryHunk";
import type { TryUntracked } from "../../src/generated/TryUntracked";
import { NOW } from "./farm";
import { FakeRefusal } from "./refusal";

/** Working copies that are known. */
export const FOLDERS = [
  { root: "/home/ann/app", project: "app" },
  { root: "/home/ann/large", project: "large" },
  { root: "/home/ann/merging", project: "merging" },
  { root: "/home/ann/clean", project: "clean" },
];

/** Files and lines of the large one. */
export const MANY_FILES = 2000;
export const MANY_LINES = 100_000;

function file(at: number, path: string, more: Partial<TryFile> = {}): TryFile {
  return {
    ...{ file: at, path, from: null, kind: "modified", mode: null, binary: false, added: 4, removed: 2, hunks: 1 },
    ...{ size: 2400, conflict: false, committed: false },
    ...more,
  };
}

const USUAL: TryFile[] = [
  file(0, "src/parser/group.rs", { added: 31, removed: 9, hunks: 3 }),
  file(1, "src/main.rs", { added: 2, removed: 2, committed: true }),
  file(2, "docs/über-groups.md", { kind: "added", added: 40, removed: 0 }),
  file(3, "assets/logo.png", { binary: true, added: 0, removed: 0, hunks: 0, size: 14_100 }),
  file(4, "tools/check.sh", { mode: "now executable", added: 0, removed: 0, hunks: 0 }),
  file(5, "src/lexer/tokens.rs", { kind: "renamed", from: "src/tokens.rs", added: 1, removed: 1 }),
  file(6, "src/old.rs", { kind: "deleted", added: 0, removed: 120, hunks: 1 }),
];
const UNTRACKED: TryUntracked[] = [
  { file: 0, path: "tests/groups.rs", size: 1840, binary: false, large: false },
  { file: 1, path: "notes.txt", size: 312, binary: false, large: false },
  { file: 2, path: "target.img", size: 2_147_483_648, binary: true, large: true },
];

const CHANGE: TryChange = {
  ...{ change: "app", taken_at: NOW, system: "git", system_name: "Git", root: "/home/ann/app", project: "app" },
  ...{ branch: "main", repository: "https://git.example.org/app.git" },
  base: {
    revision: "8c1f2e9a7b6d5c4e3f2a1b0c9d8e7f6a5b4c3d2e",
    ...{ words: "origin/main", ahead: 1, behind: 3, newest: "d41d8cd98f00b204e9800998ecf8427e00000000" },
  },
  files: USUAL,
  untracked: UNTRACKED,
  remarks: [
    {
      stops: false,
      text: "The base is 3 commits behind origin/main, as it was fetched an hour ago.",
      hint: "Fetch and rebase if the builders should build on the newest.",
    },
  ],
  ...{
    who: "Ann Lee <ann@example.org>",
    comment: "parser: accept an empty group",
    last: null,
    presets: [],
    from: null,
  },
};

/** The change in a folder. */
export function changeOf(folder: string): TryChange {
  switch (folder) {
    case "/home/ann/app":
      return CHANGE;
    case "/home/ann/large": {
      const files = Array.from({ length: MANY_FILES }, (_, at) =>
        at === 0
          ? file(0, "data/table.rs", { kind: "added", added: MANY_LINES, removed: 0, size: 4_000_000 })
          : file(at, `src/part-${at % 40}/file-${at}.rs`),
      );
      return { ...CHANGE, change: "large", root: folder, project: "large", files, untracked: [] };
    }
    case "/home/ann/merging": {
      const remark = {
        stops: true,
        text: "A merge is not resolved in src/parser/group.rs.",
        hint: "Resolve it, and take the change again.",
      };
      const files = USUAL.map((one) => (one.file === 0 ? { ...one, conflict: true } : one));
      return { ...CHANGE, change: "merging", root: folder, project: "merging", files, remarks: [remark] };
    }
    case "/home/ann/clean":
      return { ...CHANGE, change: "clean", root: folder, project: "clean", files: [], untracked: [], remarks: [] };
    default:
      throw new FakeRefusal(
        "not_found",
        `${folder} is in no working copy.`,
        "Give a folder that is under version control.",
      );
  }
}

const BEFORE = [
  "/// Reads a group; its name may be empty.",
  "pub fn group(input: &str) -> Result<Group, Error> {",
  '    let (name, rest) = input.split_once(":").ok_or(Error::NoColon)?;',
  "    if name.is_empty() {",
  "        return Err(Error::Empty);",
  "    }",
  "    // What follows is the list of members.",
  "    let members = rest.split(',').map(str::trim).collect::<Vec<_>>();",
  "    Ok(Group { name: name.to_owned(), members, limit: 64 })",
  "}",
];

function hunk(at: number): TryHunk {
  const start = 12 + at * 40;
  const line = (sign: string, text: string, unfinished = false) => ({ sign, text, unfinished });
  return {
    ...{ old_start: start, new_start: start + at, heading: `@@ -${start},10 +${start + at},11 @@ impl Parser` },
    lines: [
      ...BEFORE.slice(0, 3).map((text) => line(" ", text)),
      ...BEFORE.slice(3, 6).map((text) => line("-", text)),
      line("+", "    if name.is_empty() && !self.lenient {"),
      line("+", `        return Err(Error::Empty { at: ${start} });`),
      line("+", "    } else if name.len() > 64 {"),
      line("+", '        return Err(Error::Long("a name has at most 64 characters"));'),
      line("+", "    }"),
      ...BEFORE.slice(6).map((text) => line(" ", text)),
    ],
  };
}

/** The lines of a file. */
export function diffOf(change: string, at: number, untracked: boolean): TryDiff {
  if (change === "large" && at === 0) {
    const lines = Array.from({ length: MANY_LINES }, (_, number) => ({
      ...{ sign: "+", text: `    Row { number: ${number}, name: "row ${number}", next: Some(${number + 1}) },` },
      unfinished: false,
    }));
    const heading = `@@ -0,0 +1,${MANY_LINES} @@`;
    return { hunks: [{ old_start: 0, new_start: 1, heading, lines }], cut: false, words: null };
  }
  if (untracked) {
    const lines = ["#[test]", "fn an_empty_group() {", '    assert!(group(":a,b").is_ok());', "}"];
    const added = lines.map((text) => ({ sign: "+", text, unfinished: false }));
    const words = at === 2 ? "binary, 2.1 GB" : null;
    return {
      hunks: words ? [] : [{ old_start: 0, new_start: 1, heading: "@@ -0,0 +1,4 @@", lines: added }],
      cut: false,
      words,
    };
  }
  const { hunks = 1, binary = false, mode = null } = USUAL[at] ?? {};
  const words = binary ? "binary, 12.3 kB before, 14.1 kB after" : mode;
  return { hunks: Array.from({ length: hunks }, (_, place) => hunk(place)), cut: false, words };
}

/** What was sent. */
export const PATCH = [
  "diff --git a/src/main.rs b/src/main.rs",
  "index 83db48f..bf269f4 100644",
  "--- a/src/main.rs",
  "+++ b/src/main.rs",
  "@@ -1,3 +1,3 @@ fn main()",
  " fn main() {",
  '-    println!("one");',
  '+    println!("two");',
  " }",
  "diff --git a/tools/check.sh b/tools/check.sh",
  "old mode 100644",
  "new mode 100755",
  "diff --git a/docs/new.md b/docs/new.md",
  "new file mode 100644",
  "index 0000000..257cc56",
  "--- /dev/null",
  "+++ b/docs/new.md",
  "@@ -0,0 +1 @@",
  "+# New",
  "\\ No newline at end of file",
  "",
].join("\n");
