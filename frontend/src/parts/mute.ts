/** Words of mutes. Pure. */
import type { MuteScope } from "../generated/MuteScope";
import type { MuteUntil } from "../generated/MuteUntil";

/** How long one can be quiet, in words. */
export const TIMES: readonly { words: string; until: MuteUntil }[] = [
  { words: "for 1 hour", until: { until: "minutes", minutes: 60 } },
  { words: "for 8 hours", until: { until: "minutes", minutes: 480 } },
  { words: "until fixed", until: { until: "fixed" } },
  { words: "until unmuted", until: { until: "forever" } },
];

/** The scope that a notice's link names: `all`, `builder:bundled/7`, `project:bundled/app`. */
export function scopeOf(word: string): MuteScope | undefined {
  if (word === "all") return { about: "everything" };
  const found = /^(builder|project):[^/]*\/(.+)$/.exec(word);
  if (found?.[1] === "project" && found[2]) return { about: "project", project: found[2] };
  const builder = Number(found?.[2]);
  return found?.[1] === "builder" && Number.isSafeInteger(builder) ? { about: "builder", builder } : undefined;
}
