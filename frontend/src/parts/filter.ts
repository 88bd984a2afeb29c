/** Which builders the filter leaves. Pure, and quick enough for every keystroke. */
import type { BuilderRow } from "../generated/BuilderRow";
import { isRed } from "../words/builders";

/** A filter by state. */
export type Only = "all" | "broken" | "mine" | "running" | "flaky" | "muted" | "stale";

/** The filters by state, in their order. */
export const ONLY: readonly { key: Only; name: string; holds: (row: BuilderRow) => boolean }[] = [
  { key: "all", name: "All", holds: () => true },
  { key: "broken", name: "Broken", holds: isRed },
  { key: "mine", name: "Broken by you", holds: (row) => row.mine && isRed(row) },
  { key: "running", name: "Running", holds: (row) => row.running.length > 0 },
  { key: "flaky", name: "Flaky", holds: (row) => row.flaky },
  { key: "muted", name: "Muted", holds: (row) => row.muted },
  { key: "stale", name: "Stale", holds: (row) => row.stale !== null },
];

/** Whether the row is shown. Every word of `text` must be somewhere in it. */
export function chosen(row: BuilderRow, only: Only, text: string, tag: string): boolean {
  const holds = ONLY.find(({ key }) => key === only)?.holds;
  if (holds && !holds(row)) return false;
  if (tag !== "" && !row.tags.includes(tag)) return false;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const where = [
    row.name,
    row.project ?? "",
    row.description ?? "",
    row.master,
    row.claimed_by ?? "",
    ...row.tags,
    ...row.broken_by,
  ]
    .join("\n")
    .toLowerCase();
  return words.every((word) => where.includes(word));
}
