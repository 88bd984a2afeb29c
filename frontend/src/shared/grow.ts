/** How what exists follows the view: by a little in each frame, so that no frame draws a whole page anew. Pure. */
import type { Part } from "./part";

/** From the first to the one behind the last. */
export type Range = readonly [number, number];

/** What is to exist after `now`, on the way to `wanted`, with at most `most` more than both have. */
export function growRange(now: Range, wanted: Range, most: number): Range {
  let from = Math.max(now[0], wanted[0]);
  let to = Math.min(now[1], wanted[1]);
  // Nothing that exists is wanted: it begins where the view does.
  if (from >= to) return [wanted[0], Math.min(wanted[1], wanted[0] + most)];
  const below = Math.min(wanted[1] - to, most);
  to += below;
  from -= Math.min(from - wanted[0], most - below);
  return [from, to];
}

/** The same of a plane: at most `most` square pixels more. */
export function growPart(now: Part, wanted: Part, most: number): Part {
  const [left, right] = [Math.max(now.left, wanted.left), Math.min(now.right, wanted.right)];
  const [top, bottom] = [Math.max(now.top, wanted.top), Math.min(now.bottom, wanted.bottom)];
  const whole = wanted.right - wanted.left;
  if (left >= right || top >= bottom)
    return { ...wanted, bottom: Math.min(wanted.bottom, wanted.top + Math.ceil(most / Math.max(1, whole))) };
  const across = Math.ceil(most / (bottom - top));
  const [from, to] = growRange([left, right], [wanted.left, wanted.right], across);
  const rest = most - (to - from - (right - left)) * (bottom - top);
  const [first, last] =
    to - from < whole || rest <= 0
      ? [top, bottom]
      : growRange([top, bottom], [wanted.top, wanted.bottom], Math.ceil(rest / Math.max(1, whole)));
  return { left: from, right: to, top: first, bottom: last };
}

/** Whether two parts are the same. */
export function samePart(one: Part, other: Part): boolean {
  return one.left === other.left && one.right === other.right && one.top === other.top && one.bottom === other.bottom;
}
