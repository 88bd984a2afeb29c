/**
 * Where a time stands on the timeline: downwards from the newest. Pure.
 *
 * The axis is even where it can be. It is stretched where a build would be too short to be seen, for all builders
 * alike, so that what happened at the same time stands at the same height; and idle time is folded.
 */

/** A build's time. One that runs ends at the top of the axis. */
export interface Span {
  start: number;
  end: number;
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
    const { newest, oldest } = shape;
    const inside = spans
      .map(({ start, end }) => ({
        start: Math.min(start, newest - 1),
        end: Math.min(Math.max(end, start + 1), newest),
      }))
      .filter(({ start, end }) => start >= oldest && end > start);
    const idle = gaps(inside, shape);
    const edges = inside.flatMap(({ start, end }) => [start, end]);
    const times = new Float64Array(new Set([newest, oldest, ...edges])).sort().reverse();
    this.#shape = shape;
    this.#times = times;
    this.#tops = heights(times, inside, idle, shape);
    this.height = this.#tops.at(-1) ?? 0;
    this.idle = idle.map((one) => ({ ...one, top: this.y(one.until), height: this.y(one.from) - this.y(one.until) }));
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

/** The times in which nothing was built that are worth folding, the newest first. */
function gaps(spans: readonly Span[], { newest, oldest, scale, band, open }: Shape): Idle[] {
  const found: Idle[] = [];
  const add = (from: number, until: number) => {
    if ((until - from) * scale > WORTH * band) found.push({ from, until, top: 0, height: 0, open: open.has(until) });
  };
  let reached = newest;
  for (const { start, end } of [...spans].sort((a, b) => b.end - a.end)) {
    if (end < reached) add(end, reached);
    reached = Math.min(reached, start);
  }
  add(oldest, reached);
  return found;
}

function heights(times: Float64Array, spans: readonly Span[], idle: readonly Idle[], shape: Shape): Float64Array {
  const { scale, least, band } = shape;
  const folded = new Set(idle.filter(({ open }) => !open).map(({ from }) => from));
  const begun = [...spans].sort((a, b) => b.start - a.start);
  let next = 0;
  const tops = new Float64Array(times.length);
  const topAt = new Map<number, number>();
  for (let at = 0; at < times.length; at++) {
    const time = times[at] as number;
    let top = 0;
    if (at > 0) top = (tops[at - 1] as number) + (folded.has(time) ? band : ((times[at - 1] as number) - time) * scale);
    for (let span = begun[next]; span?.start === time; span = begun[++next]) {
      top = Math.max(top, (topAt.get(span.end) ?? 0) + least);
    }
    tops[at] = top;
    topAt.set(time, top);
  }
  return tops;
}
