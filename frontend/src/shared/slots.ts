/** Which of the rows that exist shows which item: making a row takes longer than letting it show another item. */
import type { Range } from "./grow";

/** A row that exists. */
export interface Slot<T> {
  item: T;
  key: string | number;
  /** Place of the item among all; -1 while the row shows nothing. */
  at: number;
}

/**
 * Lets slots show a range of the items, and gives them in the order of the document. An item keeps its slot, so that what
 * a person looks at stays where it is; other slots show what is new, and `make` makes those that are missing. `held` must
 * not become another item's: it is left out when its own is gone.
 */
export function place<T, S extends Slot<T>>(
  slots: readonly S[],
  items: readonly T[],
  [from, to]: Range,
  key: (item: T) => string | number,
  make: (item: T) => S,
  held?: S,
): S[] {
  const shown = items.slice(from, to);
  const wanted = new Set(shown.map(key));
  const own = new Map(slots.map((slot) => [slot.key, slot]));
  const free = slots.filter((slot) => slot !== held && !wanted.has(slot.key));
  const used = shown.map((item, index) => {
    const slot = own.get(key(item)) ?? free.shift() ?? make(item);
    [slot.item, slot.key, slot.at] = [item, key(item), from + index];
    return slot;
  });
  for (const slot of free) slot.at = -1;
  // What shows nothing stays where it is, as moving it takes time too.
  const all = new Set(used);
  const rest = new Set(free);
  let next = 0;
  const order = slots.flatMap((slot) => (all.has(slot) ? (used[next++] ?? []) : rest.has(slot) ? slot : []));
  return [...order, ...used.slice(next)];
}
