/**
 * Where a time stands on the timeline: downwards from the newest. Pure.
 *
 * The axis is even where it can be. It is stretched where a build would be too short to be seen, for all builders
 * alike, so that what happened at the same time stands at the same height; and idle time is folded.
 */

/** A build's time. One that runs has no end, and is drawn to the top of the axis. Named as builds name it: there are many. */
export interface Span {
  started_at: number;
  complete_at: number | null;
}

/** Time in which nothing was built, drawn as one band. */
export interface Idle {
  from: number;
  until: number;
  /** Pixels. */
  top: number;
  height: number;
  /** It is shown in full. */
  open: boolean;
}

/** How the axis is made. Times are milliseconds, heights pixels. */
export interface Shape {
  /** The newest time, at height 0. */
  newest: number;
  oldest: number;
  /** Pixels per millisecond. */
  scale: number;
  /** Height that every build has at least. */
  least: number;
  /** Height of folded time. */
  band: number;
  /** Idle times, by their newer end, that are shown in full. */
  open: ReadonlySet<number>;
}

/** Idle time that would be higher than this many bands is folded. */
const WORTH = 3;

/** An axis that was made for some builds. */
export class Axis {
  readonly height: number;
  readonly idle: readonly Idle[];
  readonly #shape: Shape;
  /** Times, the newest first, and their heights. */
  readonly #times: Float64Array;
  readonly #tops: Float64Array;

  constructor(spans: readonly Span[], shape: Shape) {
    const inside = clipped(spans, shape);
    const times = timesOf(inside, shape);
    const free = idleBelow(inside, times, shape);
    this.#shape = shape;
    this.#times = times;
    this.#tops = heights(inside, times, free, shape);
    this.height = this.#tops.at(-1) ?? 0;
    this.idle = free.map(({ at, open }) => {
      const [until, from] = [times[at] as number, times[at + 1] as number];
      const [top, bottom] = [this.#tops[at] as number, this.#tops[at + 1] as number];
      return { from, until, top, height: bottom - top, open };
    });
  }

  /** Height of a time. What is to come is above 0. */
  y(time: number): number {
    const { newest, scale } = this.#shape;
    if (time >= newest) return (newest - time) * scale;
    const times = this.#times;
    const at = find(times.length, (one) => (times[one] as number) <= time);
    if (at >= times.length) return this.height + ((times.at(-1) as number) - time) * scale;
    return between(time, at, times, this.#tops);
  }

  /** The time at a height. */
  time(y: number): number {
    const { newest, scale } = this.#shape;
    if (y <= 0) return newest - y / scale;
    const tops = this.#tops;
    const at = find(tops.length, (one) => (tops[one] as number) >= y);
    if (at >= tops.length) return (this.#times.at(-1) as number) - (y - this.height) / scale;
    return between(y, at, tops, this.#times);
  }
}

/** The first of `count` places where `holds`, which then holds for all behind it. */
function find(count: number, holds: (at: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The value that belongs to `key`, between places `at - 1` and `at`. */
function between(key: number, at: number, keys: Float64Array, values: Float64Array): number {
  const [k, v] = [keys[at] as number, values[at] as number];
  if (at === 0 || k === key) return v;
  const [k0, v0] = [keys[at - 1] as number, values[at - 1] as number];
  return v0 + ((key - k0) / (k - k0)) * (v - v0);
}

/** Spans by their ends: first as times, then as places among the axis' times. Each piece of history makes them anew. */
interface Inside {
  starts: Float64Array;
  ends: Float64Array;
}

/** What of the spans is on the axis. */
function clipped(spans: readonly Span[], { newest, oldest }: Shape): Inside {
  const starts = new Float64Array(spans.length);
  const ends = new Float64Array(spans.length);
  let count = 0;
  for (const { started_at, complete_at } of spans) {
    const start = Math.min(started_at, newest - 1);
    const end = Math.min(Math.max(complete_at ?? newest, started_at + 1), newest);
    if (start < oldest || end <= start) continue;
    starts[count] = start;
    ends[count++] = end;
  }
  return { starts: starts.subarray(0, count), ends: ends.subarray(0, count) };
}

/** The axis' times, the newest first and each once; the spans' ends become places among them. */
function timesOf(inside: Inside, { newest, oldest }: Shape): Float64Array {
  const count = inside.starts.length;
  const all = new Float64Array(2 * count + 2);
  all.set(inside.starts);
  all.set(inside.ends, count);
  all.set([newest, oldest], 2 * count);
  all.sort().reverse();
  let kept = 0;
  for (const time of all) if (kept === 0 || time !== all[kept - 1]) all[kept++] = time;
  const times = all.subarray(0, kept);
  const place = (time: number) => find(kept, (at) => (times[at] as number) <= time);
  for (let at = 0; at < count; at++) {
    inside.starts[at] = place(inside.starts[at] as number);
    inside.ends[at] = place(inside.ends[at] as number);
  }
  return times;
}

/** Places from which to the next nothing was built for long enough to be folded. */
function idleBelow({ starts, ends }: Inside, times: Float64Array, shape: Shape): { at: number; open: boolean }[] {
  const change = new Int32Array(times.length);
  for (const at of ends) (change[at] as number)++;
  for (const at of starts) (change[at] as number)--;
  const found: { at: number; open: boolean }[] = [];
  let running = 0;
  for (let at = 0; at + 1 < times.length; at++) {
    running += change[at] as number;
    const until = times[at] as number;
    if (running === 0 && (until - (times[at + 1] as number)) * shape.scale > WORTH * shape.band)
      found.push({ at, open: shape.open.has(until) });
  }
  return found;
}

function heights(
  { starts, ends }: Inside,
  times: Float64Array,
  idle: readonly { at: number; open: boolean }[],
  { scale, least, band }: Shape,
): Float64Array {
  // Of the spans that begin at a place, the one that ended at the oldest time needs the most room.
  const ended = new Int32Array(times.length).fill(-1);
  starts.forEach((start, span) => (ended[start] = Math.max(ended[start] as number, ends[span] as number)));
  const folded = new Set(idle.filter(({ open }) => !open).map(({ at }) => at));
  const tops = new Float64Array(times.length);
  for (let at = 1; at < times.length; at++) {
    const above = at - 1;
    const even = folded.has(above) ? band : ((times[above] as number) - (times[at] as number)) * scale;
    const from = ended[at] as number;
    tops[at] = Math.max((tops[above] as number) + even, from < 0 ? 0 : (tops[from] as number) + least);
  }
  return tops;
}
