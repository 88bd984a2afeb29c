/** Builds of one builder that ran at the same time stand beside each other. Pure. */

/** What stands where. */
export interface Placed<T> {
  item: T;
  /** From 0. */
  lane: number;
  /** How many stand beside each other here. */
  lanes: number;
}

/** Gives each of `items`, the one that began last first, a lane that no other has meanwhile. */
export function lanes<T>(items: readonly T[], span: (item: T) => { start: number; end: number }): Placed<T>[] {
  const placed: Placed<T>[] = [];
  let together: Placed<T>[] = [];
  /** When each lane is free again. */
  let free: number[] = [];
  const settle = () => {
    for (const one of together) one.lanes = free.length;
    together = [];
    free = [];
  };
  for (const item of [...items].reverse()) {
    const { start, end } = span(item);
    if (free.every((time) => time <= start)) settle();
    const found = free.findIndex((time) => time <= start);
    const lane = found < 0 ? free.length : found;
    free[lane] = end;
    const one = { item, lane, lanes: 1 };
    together.push(one);
    placed.push(one);
  }
  settle();
  return placed.reverse();
}
