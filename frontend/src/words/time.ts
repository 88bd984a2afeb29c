/** Times and durations in words. All values are milliseconds. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `8 s`, `1 m 12 s`, `2 h 5 m`, `3 d 4 h`; `< 1 s` for the shortest. Never negative. */
export function duration(milliseconds: number): string {
  const time = Math.max(0, milliseconds);
  if (time < SECOND) return time < 1 ? "0 s" : "< 1 s";
  if (time < MINUTE) return `${Math.floor(time / SECOND)} s`;
  if (time < HOUR) return two(Math.floor(time / MINUTE), "m", Math.floor((time % MINUTE) / SECOND), "s");
  if (time < DAY) return two(Math.floor(time / HOUR), "h", Math.floor((time % HOUR) / MINUTE), "m");
  return two(Math.floor(time / DAY), "d", Math.floor((time % DAY) / HOUR), "h");
}

function two(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}

/** The larger part of a duration only: `12 s`, `4 m`, `3 h`, `2 d`. */
export function roughly(milliseconds: number): string {
  return duration(milliseconds).replace("< ", "").split(" ").slice(0, 2).join(" ");
}

/** `just now`, `12 s ago`, `4 m ago`, `3 h ago`, `yesterday`, `5 d ago`, then the date. */
export function relative(at: number, now: number): string {
  const age = now - at;
  if (age < 5 * SECOND) return age < -MINUTE ? `in ${roughly(-age)}` : "just now";
  if (age < DAY) return `${roughly(age)} ago`;
  if (age < 2 * DAY) return "yesterday";
  if (age < 14 * DAY) return `${roughly(age)} ago`;
  return DATE.format(at);
}

/** The whole time, for hovering. */
export function absolute(at: number): string {
  return WHOLE.format(at);
}

// Making a format takes longer than using it a hundred times.
const DATE = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric" });
const WHOLE = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** `14:02`. */
export function clockTime(at: number): string {
  return CLOCK.format(at);
}

/** How far a build is and what remains, from its usual duration. */
export interface Progress {
  /** 0 to 1; `null` when nothing is known. */
  part: number | null;
  /** `about 40 s left`, `20 s longer than usual`, or empty. */
  words: string;
}

/** What can be said about a build that has run for `elapsed` and usually takes `expected`, give or take `spread`. */
export function progress(elapsed: number, expected: number | null, spread: number | null): Progress {
  if (expected === null || expected <= 0) return { part: null, words: "" };
  const left = expected - elapsed;
  // It never looks finished before it is.
  const part = Math.min(0.97, Math.max(0, elapsed / expected));
  if (left >= SECOND) return { part, words: `about ${roughly(left)} left` };
  if (-left <= Math.max(spread ?? 0, expected * 0.1, SECOND)) return { part, words: "about to end" };
  return { part, words: `${roughly(-left)} longer than usual` };
}
