/** The times beside the timeline: each label once. Pure. */
import type { Axis } from "./axis";

/** A labelled time. */
export interface Tick {
  time: number;
  /** Pixels. */
  y: number;
  /** `14:05`. */
  label: string;
  /** `Fri 20 Nov`, where the day is another than the one above. */
  day: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEPS = [
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
];
const DAY = 24 * HOUR;

/** Pixels between two labels at least. */
const APART = 36;
/** More than a view has: an axis stretched beyond measure makes no more. */
const MOST = 400;

/** The step of even time. */
export function step(scale: number): number {
  return STEPS.find((one) => one * scale >= 1.5 * APART) ?? DAY;
}

/** Labels between two heights. */
export function ticks(axis: Axis, scale: number, top: number, bottom: number): Tick[] {
  const every = step(scale);
  const found: Tick[] = [];
  let time = aligned(axis.time(top), every);
  const oldest = axis.time(bottom);
  for (let count = 0; time >= oldest && count < MOST; count++) {
    if (axis.folded(time)) {
      const idle = axis.idle.find(({ from, until }) => time > from && time < until);
      time = aligned(idle?.from ?? time - every, every);
      continue;
    }
    const y = axis.y(time);
    if (y >= 0 && y - (found.at(-1)?.y ?? -Infinity) >= APART) found.push(tick(time, y, found.at(-1)));
    time -= every;
  }
  return found;
}

/** The newest local time at or before `time` that is a multiple of `every`. */
function aligned(time: number, every: number): number {
  const offset = new Date(time).getTimezoneOffset() * MINUTE;
  return Math.floor((time - offset) / every) * every + offset;
}

function tick(time: number, y: number, above: Tick | undefined): Tick {
  const date = new Date(time);
  const newDay = above === undefined || new Date(above.time).toDateString() !== date.toDateString();
  return {
    time,
    y,
    label: date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hour12: false }),
    day: newDay ? date.toLocaleDateString(undefined, { weekday: "short", day: "numeric", month: "short" }) : "",
  };
}
