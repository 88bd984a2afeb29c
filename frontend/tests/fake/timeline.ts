/** The past of a farm, as the timeline and the console ask for it. */
import type { BuilderRow } from "../../src/generated/BuilderRow";
import type { BuildMark } from "../../src/generated/BuildMark";
import type { Timeline } from "../../src/generated/Timeline";
import type { TimelineBuild } from "../../src/generated/TimelineBuild";
import type { TimelineQuery } from "../../src/generated/TimelineQuery";
import { NOW, mark } from "./farm";

const HOUR = 3_600_000;

/** Every build of a builder: the last ones, and older ones, each morning a few. */
export function pastOf(row: BuilderRow): BuildMark[] {
  const oldest = row.last.at(-1);
  if (!oldest) return row.running.map((run) => run.mark);
  const ago = NOW - (oldest.complete_at ?? NOW);
  const older = Array.from({ length: Math.max(0, oldest.number - 1) }, (_, at) => {
    const number = oldest.number - 1 - at;
    const back = ago + Math.floor(at / 4) * 20 * HOUR + (at % 4) * 1.3 * HOUR + 9 * HOUR + (row.builder % 40) * 97_000;
    return mark(row.builder, row.name, number, number % 7 ? 0 : 2, back, number, row.master);
  });
  const running = row.running.map((run) => run.mark);
  return [...running, ...row.last, ...older];
}

function small({ build, number, results, started_at, complete_at, mine, state, revision }: BuildMark): TimelineBuild {
  return { build, number, results, started_at, complete_at, mine, state: results === 0 ? null : state, revision };
}

/** A piece of the timeline. */
export function timeline(rows: readonly BuilderRow[], { builders, from, until }: TimelineQuery): Timeline {
  const wanted = rows.filter(
    (row) => builders.length === 0 || builders.some((one) => one.master === row.master && one.builder === row.builder),
  );
  const past = wanted.map((row) => ({ row, builds: pastOf(row) }));
  const older = Math.max(
    ...past.flatMap(({ builds }) => builds.map((one) => one.started_at)).filter((start) => start < from),
  );
  const inside = (one: BuildMark) =>
    (one.started_at >= from && one.started_at < (until ?? Infinity)) || (until === null && one.complete_at === null);
  return {
    now: NOW,
    reached: from,
    older: Number.isFinite(older) ? older : null,
    columns: past
      .map(({ row, builds }) => ({
        master: row.master,
        builder: row.builder,
        builds: builds.filter(inside).map(small),
      }))
      .filter(({ builds }) => builds.length > 0),
    silent: [],
  };
}
