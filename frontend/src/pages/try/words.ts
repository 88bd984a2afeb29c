/** Tries in states and words. Pure. */
import type { TryAgainstBase } from "../../generated/TryAgainstBase";
import type { TryApplied } from "../../generated/TryApplied";
import type { TryBuild } from "../../generated/TryBuild";
import type { TryFile } from "../../generated/TryFile";
import type { TryFileKind } from "../../generated/TryFileKind";
import type { TryRow } from "../../generated/TryRow";
import type { TryState } from "../../generated/TryState";
import type { TryWay } from "../../generated/TryWay";
import { counted, firstLine } from "../../words/people";
import type { State } from "../../words/results";

/** Path of the form, for a working copy. */
export function composePath(folder?: string): string {
  return folder === undefined ? "/try/new" : `/try/new?folder=${encodeURIComponent(folder)}`;
}

/** Path of a try. */
export function tryPath(id: number): string {
  return `/try/${id}`;
}

const STATES: readonly State[] = [
  "success",
  "warnings",
  "failure",
  "skipped",
  "exception",
  "retry",
  "cancelled",
  "running",
  "waiting",
];

/** The state of a result as a word; anything else is unknown. */
export function stateOfWord(word: string | null): State {
  return STATES.find((state) => state === word) ?? "unknown";
}

const UNDER_WAY: readonly TryState[] = ["queued", "sending", "waiting", "running"];

/** It is not over. */
export function isUnderWay(state: TryState): boolean {
  return UNDER_WAY.includes(state);
}

/** The mark of a try. A result that is not about the change has none of the results' colours. */
export function stateOfTry(row: Pick<TryRow, "state" | "applied" | "results">): State {
  if (row.applied === "not_applied") return "unknown";
  switch (row.state) {
    case "running":
      return "running";
    case "queued":
    case "sending":
    case "waiting":
      return "waiting";
    case "refused":
      return "exception";
    case "cancelled":
      return "cancelled";
    case "sent":
      return "unknown";
    default:
      return stateOfWord(row.results);
  }
}

/** The mark of one of its builders. */
export function stateOfBuild(build: Pick<TryBuild, "state" | "applied">): State {
  return build.applied === "not_applied" ? "unknown" : stateOfWord(build.state);
}

/** Whether the change is in, as a cell of a table. */
export const APPLIED: Record<TryApplied, string> = {
  applied: "Applied",
  not_applied: "Not applied",
  unknown: "Not known yet",
};

/** The same as a sentence over the whole try. */
export function appliedSentence(row: Pick<TryRow, "state" | "applied">): string {
  if (row.applied === "applied") return "The change is in what was built.";
  if (row.applied === "not_applied") return "The change was not applied: what the builds say is not about it.";
  return isUnderWay(row.state)
    ? "Whether the change fits is not known yet."
    : "It is not known whether the change was applied.";
}

const WAYS: Record<TryWay, string> = {
  desk: "on this machine",
  pb: "by Perspective Broker",
  ssh: "by ssh",
  form: "by a force form",
};

/** How it travels. */
export function wayWords(way: TryWay): string {
  return WAYS[way];
}

const KIND_WORDS: Record<TryFileKind, string> = {
  added: "new",
  modified: "changed",
  deleted: "deleted",
  renamed: "renamed",
  retyped: "other type",
  submodule: "submodule",
};
const KIND_LETTERS: Record<TryFileKind, string> = {
  added: "A",
  modified: "M",
  deleted: "D",
  renamed: "R",
  retyped: "T",
  submodule: "S",
};

/** What became of a file, as a letter and as a word. */
export function kindOf(kind: TryFileKind): { letter: string; word: string } {
  return { letter: KIND_LETTERS[kind], word: KIND_WORDS[kind] };
}

/** What else there is to know of a file. */
export function marksOf(file: TryFile): string[] {
  return [
    file.conflict ? "conflict" : "",
    file.binary ? "binary" : "",
    file.mode ?? "",
    file.committed ? "committed" : "",
  ].filter((word) => word !== "");
}

/** The comment's first line, or what it is instead. */
export function titleOf(row: Pick<TryRow, "comment" | "files" | "project">): string {
  return firstLine(row.comment).trim() || `${counted(row.files, "file")} of ${row.project}`;
}

const AGAINST_BASE: Record<TryAgainstBase, string> = {
  new: "New failure: the base is green",
  known: "Fails on the base too",
  different: "The base fails elsewhere",
  repaired: "Repaired: the base fails",
  same: "As the base",
  unknown: "The base was not built there",
};

/** How a build that ended compares with the base's own; empty before. */
export function againstBase(build: Pick<TryBuild, "against_base" | "base_words" | "ended_at" | "applied">): string {
  if (build.ended_at === null || build.applied === "not_applied") return "";
  return build.base_words ?? AGAINST_BASE[build.against_base];
}

/** With its full stop, where the one who wrote it left it out. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
