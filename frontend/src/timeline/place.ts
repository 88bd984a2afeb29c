/** Where the builds of a timeline stand, and which is beside which. Pure. */
import type { BuilderRow } from "../generated/BuilderRow";
import type { TimelineBuild } from "../generated/TimelineBuild";
import type { Part } from "../shared/part";
import type { Axis } from "./axis";
import { lanes, type Placed } from "./lanes";

/** A builder with its builds, the one that began last first. */
export interface Column {
  row: BuilderRow;
  builds: readonly TimelineBuild[];
}

/** A build where it stands, in pixels. */
export interface Bar {
  row: BuilderRow;
  build: TimelineBuild;
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Columns of one width. */
export interface Grid {
  axis: Axis;
  /** Height above the newest time, for what is still to come. */
  lead: number;
  width: number;
  /** The present, at which builds that run end. */
  now: number;
}

const NAMES = new Intl.Collator("en", { numeric: true });

/** Columns stay where they are while states change: by master, project and name. `masters` are in their order. */
export function ordered(rows: readonly BuilderRow[], masters: readonly string[]): BuilderRow[] {
  const rank = new Map(masters.map((master, at) => [master, at]));
  const of = (row: BuilderRow) => rank.get(row.master) ?? masters.length;
  return [...rows].sort(
    (a, b) =>
      of(a) - of(b) ||
      NAMES.compare(a.project ?? "", b.project ?? "") ||
      NAMES.compare(a.name, b.name) ||
      a.builder - b.builder,
  );
}

const placed = new WeakMap<readonly TimelineBuild[], Placed<TimelineBuild>[]>();

function lanesOf(builds: readonly TimelineBuild[]): Placed<TimelineBuild>[] {
  let known = placed.get(builds);
  // A build that runs takes its lane for as long as it may run.
  const span = ({ started_at, complete_at }: TimelineBuild) => ({ start: started_at, end: complete_at ?? Infinity });
  if (!known) placed.set(builds, (known = lanes(builds, span)));
  return known;
}

/** Where each build stood when it was drawn last. */
const drawn = new WeakMap<TimelineBuild, Bar>();

/** The bar itself, or the one that its build had before when it stands there still, so that it is not drawn anew. */
function kept(bar: Bar): Bar {
  const before = drawn.get(bar.build);
  if (before && NUMBERS.every((name) => before[name] === bar[name]) && before.row === bar.row) return before;
  drawn.set(bar.build, bar);
  return bar;
}
const NUMBERS = ["left", "top", "width", "height"] as const;

/** Pixels by which a time may be off when it comes from a height. */
const OFF = 4;

/** The bars of a column that are seen. */
export function bars(column: Column, at: number, grid: Grid, part: Part): Bar[] {
  const { axis, lead, now } = grid;
  // Most builds are far from the view: their times tell it sooner than their heights.
  const newest = axis.time(part.top - lead - OFF);
  const oldest = axis.time(part.bottom - lead + OFF);
  const found: Bar[] = [];
  for (const { item, lane, lanes: count } of lanesOf(column.builds)) {
    if (item.started_at > newest || Math.max(item.complete_at ?? now, item.started_at + 1) < oldest) continue;
    const bar = barOf(column.row, item, at, lane, count, grid);
    if (bar.top <= part.bottom && bar.top + bar.height >= part.top) found.push(kept(bar));
  }
  return found;
}

function barOf(row: BuilderRow, build: TimelineBuild, at: number, lane: number, count: number, grid: Grid): Bar {
  const { axis, lead, width, now } = grid;
  const end = Math.max(build.complete_at ?? now, build.started_at + 1);
  const top = lead + axis.y(end);
  const each = (width - 2) / count;
  return {
    row,
    build,
    left: at * width + 1 + lane * each,
    top,
    width: each - 1,
    height: Math.max(2, lead + axis.y(build.started_at) - top - 1),
  };
}

/** The bar of a build, wherever it is. */
export function barOfBuild(columns: readonly Column[], at: number, build: number, grid: Grid): Bar | undefined {
  const column = columns[at];
  const found = column && lanesOf(column.builds).find(({ item }) => item.build === build);
  return found && barOf(column.row, found.item, at, found.lane, found.lanes, grid);
}

/** A build by its column and id. */
export interface Place {
  column: number;
  build: number;
}

/** The build that an arrow leads to; the newest of the first column that has one when there is none yet. */
export function neighbour(
  columns: readonly Column[],
  from: Place | undefined,
  way: "up" | "down" | "left" | "right",
): Place | undefined {
  const here = from && columns[from.column]?.builds;
  const at = here?.findIndex(({ build }) => build === from?.build) ?? -1;
  const now = here?.[at];
  if (!from || !here || !now) {
    const column = columns.findIndex(({ builds }) => builds.length > 0);
    return column < 0 ? undefined : { column, build: columns[column]?.builds[0]?.build ?? 0 };
  }
  if (way === "up" || way === "down") {
    const next = here[at + (way === "up" ? -1 : 1)];
    return next && { column: from.column, build: next.build };
  }
  const step = way === "left" ? -1 : 1;
  for (let column = from.column + step; column >= 0 && column < columns.length; column += step) {
    const builds = columns[column]?.builds ?? [];
    const nearest = [...builds].sort((a, b) => apart(a, now) - apart(b, now))[0];
    if (nearest) return { column, build: nearest.build };
  }
  return undefined;
}

function apart(a: TimelineBuild, b: TimelineBuild): number {
  return Math.abs(a.started_at - b.started_at);
}
