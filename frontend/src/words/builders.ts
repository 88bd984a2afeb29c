/** Builders in states and words. Pure. */
import type { BuilderRow } from "../generated/BuilderRow";
import { brokenBy } from "./people";
import { isBroken, stateOf, word, type State } from "./results";

/** What its mark shows: of a master that cannot be heard nobody knows what is true now. */
export function stateOfBuilder(row: BuilderRow): State {
  return row.stale === null ? stateOf(row.results) : "unknown";
}

/** The word beside the mark. */
export function wordOfBuilder(row: BuilderRow): string {
  return row.stale === null ? word(stateOf(row.results)) : "Stale";
}

/** It is red now, as far as anybody knows. */
export function isRed(row: BuilderRow): boolean {
  return row.stale === null && isBroken(row.results);
}

/** Who broke it, or what it was when it was last heard of; empty when there is nothing to say. */
export function whyOfBuilder(row: BuilderRow): string {
  if (isRed(row)) return brokenBy(row.broken_by, row.mine);
  if (row.stale === null) return "";
  return row.results === null ? "not built when last heard of" : `${wasWord(row.results)} when last heard of`;
}

function wasWord(results: number): string {
  return word(stateOf(results)).toLowerCase();
}
