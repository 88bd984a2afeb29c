/** What stands where in the console. Pure. */
import type { Console } from "../generated/Console";
import type { ConsoleBuilder } from "../generated/ConsoleBuilder";
import type { ConsoleBreak } from "../generated/ConsoleBreak";
import type { ConsoleCell } from "../generated/ConsoleCell";
import type { ConsoleChange } from "../generated/ConsoleChange";

/** Pages one below the other. */
export interface Pages {
  changes: readonly ConsoleChange[];
  builders: readonly ConsoleBuilder[];
  cells: readonly ConsoleCell[];
  breaks: readonly ConsoleBreak[];
  next: string | null;
}

/** The pages as one. A build that reaches beyond a page's end goes on in the next, up to the next build there. */
export function together(pages: readonly Console[]): Pages {
  const builders = new Map<number, ConsoleBuilder>();
  const changes: ConsoleChange[] = [];
  const cells: ConsoleCell[] = [];
  const breaks: ConsoleBreak[] = [];
  /** Places of the cells that reach the end of what is there so far. */
  let ends: number[] = [];
  for (const page of pages) {
    const from = changes.length;
    for (const builder of page.builders) builders.set(builder.builder, builder);
    const tops = new Map<number, number>();
    for (const { builder, top } of from > 0 ? page.cells : []) {
      tops.set(builder, Math.min(from + top, tops.get(builder) ?? Infinity));
    }
    for (const at of ends) {
      const cell = cells[at] as ConsoleCell;
      cells[at] = { ...cell, bottom: Math.min(from + page.changes.length, tops.get(cell.builder) ?? Infinity) - 1 };
    }
    const first = cells.length;
    for (const cell of page.cells) cells.push(lower(cell, from));
    for (const one of page.breaks) breaks.push(lower(one, from));
    for (const change of page.changes) changes.push(change);
    const isEnd = (at: number) => cells[at]?.bottom === changes.length - 1;
    ends = [...ends, ...page.cells.map((_, at) => first + at)].filter(isEnd);
  }
  return { changes, builders: [...builders.values()], cells, breaks, next: pages.at(-1)?.next ?? null };
}

/** The cell or break on a page that begins so many rows below the first. */
function lower<T extends ConsoleCell | ConsoleBreak>(one: T, rows: number): T {
  return rows === 0 ? one : { ...one, top: one.top + rows, bottom: one.bottom + rows };
}

/** How columns are grouped. */
export type GroupBy = "none" | "tag" | "project";

/** A column with the name of its group. */
export interface Column {
  builder: ConsoleBuilder;
  group: string;
}

const NAMES = new Intl.Collator("en", { numeric: true });

/** The columns that a text leaves, in groups; a builder with several tags stands once, with its first. */
export function columns(builders: readonly ConsoleBuilder[], text: string, by: GroupBy): Column[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const group = ({ tags, project }: ConsoleBuilder) =>
    by === "tag" ? (tags[0] ?? "") : by === "project" ? (project ?? "") : "";
  return builders
    .filter(({ name, tags, project }) => {
      const where = [name, project ?? "", ...tags].join("\n").toLowerCase();
      return words.every((word) => where.includes(word));
    })
    .map((builder) => ({ builder, group: group(builder) }))
    .sort((a, b) => NAMES.compare(a.group, b.group) || NAMES.compare(a.builder.name, b.builder.name));
}

/** A builder's cells and breaks, the newest first. */
export interface Marks {
  cells: readonly ConsoleCell[];
  breaks: readonly ConsoleBreak[];
}

/** Of a builder that has not built any of the changes. */
export const NONE: Marks = { cells: [], breaks: [] };

/** Cells and breaks by builder. */
export function byBuilder({ cells, breaks }: Pages): Map<number, Marks> {
  const found = new Map<number, { cells: ConsoleCell[]; breaks: ConsoleBreak[] }>();
  const of = (builder: number) => {
    let marks = found.get(builder);
    if (!marks) found.set(builder, (marks = { cells: [], breaks: [] }));
    return marks;
  };
  for (const cell of cells) of(cell.builder).cells.push(cell);
  for (const one of breaks) of(one.builder).breaks.push(one);
  return found;
}

/** Of what lies one below the other, newest first, what reaches into the rows from `from` to before `to`. */
export function between<T extends { top: number; bottom: number }>(all: readonly T[], from: number, to: number): T[] {
  return all.filter(({ top, bottom }) => bottom >= from && top < to);
}
