/** The environment at the head of a log is folded into one row: it is rarely what one came for. */

/** Lines `first` (the heading) to `last` are one fold. */
export interface Fold {
  first: number;
  last: number;
}

/** Finds the environment among the first lines of a stdio log, each with its stream's letter. */
export function findFold(lines: readonly (string | undefined)[]): Fold | undefined {
  const first = lines.findIndex((line) => line?.startsWith("h") && line.slice(1).trim() === "environment:");
  if (first < 0) return undefined;
  let last = first;
  // A variable is indented; one of several lines goes on unindented, but in the header still.
  for (let at = first + 1; at < lines.length; at++) {
    const line = lines[at];
    if (!line?.startsWith("h")) break;
    if (/^h\s+[^\s=]+=/.test(line)) last = at;
    else if (!goesOn(lines, at)) break;
  }
  return last - first >= 2 ? { first, last } : undefined;
}

/** Whether another variable follows this line, so that it belongs to the one before. */
function goesOn(lines: readonly (string | undefined)[], at: number): boolean {
  const next = lines.slice(at + 1, at + 20).find((line) => line === undefined || /^(?:[^h]|h\s+[^\s=]+=)/.test(line));
  return next?.startsWith("h") ?? false;
}

/** How many rows stand for `lines` lines. */
export function rowsOf(lines: number, fold: Fold | undefined): number {
  return fold ? lines - (fold.last - fold.first) : lines;
}

/** The line that a row shows. */
export function lineOfRow(row: number, fold: Fold | undefined): number {
  return fold && row > fold.first ? row + (fold.last - fold.first) : row;
}

/** The row that shows a line; a folded line is shown by its heading. */
export function rowOfLine(line: number, fold: Fold | undefined): number {
  if (!fold || line <= fold.first) return line;
  return line <= fold.last ? fold.first : line - (fold.last - fold.first);
}
