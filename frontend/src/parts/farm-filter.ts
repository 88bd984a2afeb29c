/** The filter over all builders, as the address has it. */
import type { BuilderRow } from "../generated/BuilderRow";
import { chosen, type Only } from "./filter";

/** What is in the address; empty is no filter. */
export interface FarmFilter {
  text: string;
  tag: string;
  project: string;
  master: string;
  only: Only;
}

/** The filter of an address, by a function that gives its values. */
export function filterOf(query: (name: string) => string): FarmFilter {
  return {
    text: query("q"),
    tag: query("tag"),
    project: query("project"),
    master: query("master"),
    only: (query("only") || "all") as Only,
  };
}

/** Whether the filter leaves the row. */
export function leaves(filter: FarmFilter, row: BuilderRow): boolean {
  if (filter.master !== "" && row.master !== filter.master) return false;
  if (filter.project !== "" && row.project !== filter.project) return false;
  return chosen(row, filter.only, filter.text, filter.tag);
}
