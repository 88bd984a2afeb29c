/** Words of mutes. Pure. */
import type { MuteUntil } from "../generated/MuteUntil";

/** How long one can be quiet, in words. */
export const TIMES: readonly { words: string; until: MuteUntil }[] = [
  { words: "for 1 hour", until: { until: "minutes", minutes: 60 } },
  { words: "until tomorrow morning", until: { until: "tomorrow" } },
  { words: "until fixed", until: { until: "fixed" } },
  { words: "until unmuted", until: { until: "forever" } },
];
