/** The filter over all builders, as the address has it. */
import type { BuilderRow } from "../generated/BuilderRow";
import { chooser, type Only } from "./filter";

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

/** The rows that the filter leaves. */
export function filtered(builders: readonly BuilderRow[], filter: FarmFilter): BuilderRow[] {
  const { master, project } = filter;
  const chosen = chooser(filter.only, filter.text, filter.tag);
  return builders.filter(
    (row) => (master === "" || row.master === master) && (project === "" || row.project === project) && chosen(row),
  );
}
