/** The times beside the timeline: each label once. Pure. */
import { clockTime } from "../words/time";
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

// Making a format takes longer than using it a hundred times.
const DATE = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });

/** The step of even time. */
export function step(scale: number): number {
  return STEPS.find((one) => one * scale >= 1.5 * APART) ?? DAY;
}

/** Labels between two heights: where idle time was folded away, and evenly where there is room. */
export function ticks(axis: Axis, scale: number, top: number, bottom: number): Tick[] {
  const [newest, oldest] = [axis.time(Math.max(0, top)), axis.time(bottom)];
  const edges = axis.idle.filter(({ open, from }) => !open && from <= newest && from > oldest).map(({ from }) => from);
  const taken = edges.map((time) => ({ time, y: axis.y(time) }));
  const free = (y: number) => taken.every((one) => Math.abs(one.y - y) >= APART);
  for (const time of even(axis, step(scale), newest, oldest)) {
    const y = axis.y(time);
    if (free(y)) taken.push({ time, y });
  }
  taken.sort((a, b) => a.y - b.y);
  const found: Tick[] = [];
  for (const { time, y } of taken) {
    const next = tick(time, y, found.at(-1));
    // Where time is stretched, two places may have the same minute.
    if (next.day !== "" || next.label !== found.at(-1)?.label) found.push(next);
  }
  return found;
}

/** The multiples of a step that are not within folded time, the newest first. */
function even(axis: Axis, every: number, newest: number, oldest: number): number[] {
  const found: number[] = [];
  let time = aligned(newest, every);
  while (time >= oldest && found.length < MOST) {
    const idle = axis.idle.find(({ from, until, open }) => !open && time > from && time < until);
    if (!idle) found.push(time);
    time = idle ? aligned(idle.from, every) : time - every;
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
    label: clockTime(time),
    day: newDay ? DATE.format(date) : "",
  };
}
