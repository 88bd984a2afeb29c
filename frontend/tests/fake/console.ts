/** Changes by builders of a farm. */
import type { BuilderRow } from "../../src/generated/BuilderRow";
import type { Console } from "../../src/generated/Console";
import type { ConsoleCell } from "../../src/generated/ConsoleCell";
import type { ConsoleQuery } from "../../src/generated/ConsoleQuery";
import { NOW, changes } from "./farm";
import { pastOf } from "./timeline";

/** The newest change of the farm. */
const NEWEST = 1043;
const LINES = [
  { project: "app", branch: "" },
  { project: "app", branch: "release/2.4" },
  { project: "tools", branch: "" },
];

const NOTHING: Console = {
  now: NOW,
  line: null,
  lines: [],
  changes: [],
  builders: [],
  cells: [],
  breaks: [],
  next: null,
  partial: null,
};

/** A page of the console. Every builder builds each change, or each second, and so on. */
export function console(rows: readonly BuilderRow[], query: ConsoleQuery): Console {
  if (rows.length === 0) return NOTHING;
  const before = query.before === null ? NEWEST + 1 : Number(query.before);
  const line = LINES.find(
    ({ project, branch }) =>
      (query.project === null || project === query.project) && (query.branch === null || branch === query.branch),
  );
  const all = changes(null, false).changes.filter(({ change }) => change < before);
  const shown = line === LINES[0] ? all.slice(0, query.limit) : all.slice(0, 4);
  const columns = rows.filter((row) => row.last.length > 0);
  const cells = columns.flatMap((row, at) => cellsOf(row, at, NEWEST + 1 - before, shown.length));
  return {
    now: NOW,
    line: line ?? null,
    lines: LINES,
    changes: shown.map((row) => ({
      change: row.change,
      revision: row.revision,
      author: row.author,
      mine: row.mine,
      when: row.when,
      comment: row.comments.split("\n", 1)[0] ?? "",
      repository: row.repository,
    })),
    builders: columns.map(({ builder, name, tags, project }) => ({ builder, name, tags, project })),
    cells,
    breaks: cells
      .filter(({ results }) => results === 2)
      .filter((red) =>
        cells.some((one) => one.builder === red.builder && one.top === red.bottom + 1 && one.results === 0),
      )
      .map(({ builder, top, bottom }) => ({ builder, top, bottom })),
    next: line === LINES[0] && all.length > query.limit ? String(shown.at(-1)?.change) : null,
    partial: null,
  };
}

function cellsOf(row: BuilderRow, at: number, passed: number, rows: number): ConsoleCell[] {
  const each = 1 + (at % 4);
  const builds = pastOf(row);
  const cells: ConsoleCell[] = [];
  for (let index = Math.ceil(passed / each); ; index++) {
    const top = index * each + (at % 3) - passed;
    const mark = builds[index];
    if (top >= rows || !mark) return cells;
    if (top < 0) continue;
    const { build, number, results, started_at, complete_at, state } = mark;
    const bottom = Math.min(rows, top + each) - 1;
    cells.push({
      builder: row.builder,
      top,
      bottom,
      build,
      number,
      results,
      started_at,
      complete_at,
      state,
      before: 0,
    });
  }
}
