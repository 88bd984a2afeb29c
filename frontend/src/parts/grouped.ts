/** Builders in groups, as the rows of one list. Pure. */
import type { BuilderRow } from "../generated/BuilderRow";
import type { MasterRow } from "../generated/MasterRow";
import { keyOf } from "../state/farm";
import { isRed } from "../words/builders";

/** By what builders are grouped. */
export type Grouping = "" | "master" | "project";

/** The head of a group. */
export interface Head {
  head: string;
  name: string;
  /** Of it; only when the group is one master's. */
  master?: MasterRow | undefined;
  count: number;
  broken: number;
}

/** A row of the list. */
export type Item = Head | BuilderRow;

/** Whether the row is a head. */
export function isHead(item: Item): item is Head {
  return "head" in item;
}

/** Names a row. */
export function itemKey(item: Item): string {
  return isHead(item) ? `head ${item.head}` : keyOf(item);
}

/** The rows, group by group; groups come in the order of their first row, so that trouble stays first. */
export function grouped(rows: readonly BuilderRow[], by: Grouping, masters: readonly MasterRow[]): readonly Item[] {
  if (by === "") return rows;
  const groups = new Map<string, BuilderRow[]>();
  for (const row of rows) {
    const key = by === "master" ? row.master : (row.project ?? "");
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups].flatMap(([key, group]) => [head(key, group, by, masters), ...group]);
}

function head(key: string, group: BuilderRow[], by: Grouping, masters: readonly MasterRow[]): Head {
  const master = by === "master" ? masters.find((one) => one.master === key) : undefined;
  const name = by === "master" ? (master?.title ?? key) : key === "" ? "No project" : key;
  return { head: key, name, master, count: group.length, broken: group.filter(isRed).length };
}
