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

/** Texts of rows: a row is never changed, only replaced. */
const texts = new WeakMap<BuilderRow, string>();

/** Everything of a row in which words are looked for, in small letters. */
export function textOf(row: BuilderRow): string {
  let text = texts.get(row);
  if (text === undefined) {
    const { name, project, description, master, claimed_by, tags, broken_by } = row;
    text = [name, project, description, master, claimed_by, ...tags, ...broken_by].join("\n").toLowerCase();
    texts.set(row, text);
  }
  return text;
}

/** What chooses rows: every word of `text` must be somewhere in a row. An empty `tag` is any. */
export function chooser(only: Only, text: string, tag: string): (row: BuilderRow) => boolean {
  const holds = ONLY.find(({ key }) => key === only)?.holds ?? (() => true);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (row) =>
    holds(row) &&
    (tag === "" || row.tags.includes(tag)) &&
    (words.length === 0 || words.every((word) => textOf(row).includes(word)));
}
