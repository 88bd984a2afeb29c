/** A build of the timeline in words. Pure. */
import type { RunningRow } from "../generated/RunningRow";
import type { TimelineBuild } from "../generated/TimelineBuild";
import { stateOf, word } from "../words/results";
import { clockTime, duration, progress, type Progress } from "../words/time";

/** How far a build that runs is. */
export function far(build: TimelineBuild, run: RunningRow | undefined, now: number): Progress {
  return progress(now - build.started_at, run?.expected ?? null, run?.spread ?? null);
}

/** Everything that the bar shows, for those who do not see it. */
export function told(name: string, build: TimelineBuild, run: RunningRow | undefined, now: number): string {
  const state = word(stateOf(build.results, "running"));
  const took = duration((build.complete_at ?? now) - build.started_at);
  const left = build.complete_at === null ? far(build, run, now).words : "";
  return [
    `${name} #${build.number}`,
    state,
    build.complete_at === null ? `for ${took}` : `took ${took}`,
    left,
    `began ${clockTime(build.started_at)}`,
    build.mine ? "yours" : "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** Pixels of a character of the small size, as wide as figures are. */
const CHARACTER = 7.6;
/** Pixels of the mark and what is around it. */
const MARK = 22;

/** The longest of the bar's texts that fits; empty when none does. */
export function fitting(texts: readonly string[], width: number): string {
  return texts.find((text) => text.length * CHARACTER + MARK <= width) ?? "";
}
