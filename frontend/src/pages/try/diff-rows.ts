/** A diff as rows of equal height, so that only those in view need exist. Pure. */
import type { TryHunk } from "../../generated/TryHunk";
import type { TryLine } from "../../generated/TryLine";

/** A file of a diff. */
export interface DiffPart {
  path: string;
  /** Instead of lines, or beside them: `binary, 12.3 kB before`. */
  words: string | null;
  hunks: readonly TryHunk[];
  /** More lines than are here. */
  cut: boolean;
}

/** A row. Line numbers are 0 where the line is not there. */
export type Row =
  | { kind: "file"; part: number }
  | { kind: "words"; part: number; text: string }
  | { kind: "hunk"; part: number; hunk: number; heading: string }
  | { kind: "line"; part: number; hunk: number; at: number; line: TryLine; before: number; after: number };

const FILE = -3;
const WORDS = -2;
const HEADING = -1;

/** All rows of a diff. */
export class DiffRows {
  readonly count: number;
  /** Characters of the longest line. */
  readonly longest: number;
  readonly #parts: readonly DiffPart[];
  readonly #part: Uint32Array;
  readonly #hunk: Uint32Array;
  /** Place in the hunk, or what the row is instead of a line. */
  readonly #at: Int32Array;
  readonly #before: Uint32Array;
  readonly #after: Uint32Array;
  readonly #hunkRows: { part: number; hunk: number; row: number }[] = [];

  /** `titles`: each file has a row with its name. */
  constructor(parts: readonly DiffPart[], titles: boolean) {
    this.#parts = parts;
    this.count = parts.reduce((sum, part) => sum + rowsOf(part, titles), 0);
    this.#part = new Uint32Array(this.count);
    this.#hunk = new Uint32Array(this.count);
    this.#at = new Int32Array(this.count);
    this.#before = new Uint32Array(this.count);
    this.#after = new Uint32Array(this.count);
    this.longest = this.#fill(titles);
  }

  #fill(titles: boolean): number {
    let row = 0;
    let longest = 0;
    const put = (part: number, hunk: number, at: number, before = 0, after = 0) => {
      this.#part[row] = part;
      this.#hunk[row] = hunk;
      this.#at[row] = at;
      this.#before[row] = before;
      this.#after[row++] = after;
    };
    this.#parts.forEach((part, p) => {
      if (titles) put(p, 0, FILE);
      if (part.words !== null) put(p, 0, WORDS);
      part.hunks.forEach((hunk, h) => {
        this.#hunkRows.push({ part: p, hunk: h, row });
        put(p, h, HEADING);
        let [before, after] = [hunk.old_start, hunk.new_start];
        hunk.lines.forEach((line, at) => {
          put(p, h, at, line.sign === "+" ? 0 : before++, line.sign === "-" ? 0 : after++);
          longest = Math.max(longest, widthOf(line.text));
        });
      });
      if (part.cut) put(p, part.hunks.length, WORDS);
    });
    return longest;
  }

  /** A row by its place. */
  row(index: number): Row | undefined {
    const [p, h, at] = [this.#part[index], this.#hunk[index], this.#at[index]];
    const part = p === undefined ? undefined : this.#parts[p];
    if (p === undefined || h === undefined || at === undefined || !part) return undefined;
    if (at === FILE) return { kind: "file", part: p };
    const hunk = part.hunks[h];
    if (at === WORDS) return { kind: "words", part: p, text: hunk ? (part.words ?? "") : lastWords(part) };
    if (!hunk) return undefined;
    if (at === HEADING) return { kind: "hunk", part: p, hunk: h, heading: hunk.heading };
    const line = hunk.lines[at];
    if (!line) return undefined;
    const [before, after] = [this.#before[index] ?? 0, this.#after[index] ?? 0];
    return { kind: "line", part: p, hunk: h, at, line, before, after };
  }

  /** Where a hunk begins. */
  rowOfHunk(part: number, hunk: number): number | undefined {
    return this.#hunkRows.find((one) => one.part === part && one.hunk === hunk)?.row;
  }

  /** The hunk after or before a row, over all files. */
  hunkBeside(row: number, by: 1 | -1): { part: number; hunk: number; row: number } | undefined {
    return by === 1 ? this.#hunkRows.find((one) => one.row > row) : this.#hunkRows.findLast((one) => one.row < row);
  }

  /** Where a file begins. */
  rowOfPart(part: number): number {
    return Math.max(0, this.#part.indexOf(part));
  }
}

/** Characters of a line that are drawn: a browser cannot draw a line of megabytes. */
export const MOST_DRAWN = 1000;
/** Characters from one tab to the next. */
export const TAB = 4;

/** About as many characters as a line is wide. */
function widthOf(text: string): number {
  const drawn = text.length > MOST_DRAWN ? text.slice(0, MOST_DRAWN) : text;
  return drawn.includes("\t") ? drawn.length + (TAB - 1) * (drawn.split("\t").length - 1) : drawn.length;
}

function rowsOf(part: DiffPart, titles: boolean): number {
  const lines = part.hunks.reduce((sum, hunk) => sum + hunk.lines.length + 1, 0);
  return lines + (titles ? 1 : 0) + (part.words !== null ? 1 : 0) + (part.cut ? 1 : 0);
}

function lastWords(part: DiffPart): string {
  return part.cut ? "There are more lines than are shown here. All of them are sent." : (part.words ?? "");
}
