/** Rules of what is told, in words. Pure. */
import type { Rule } from "../generated/Rule";
import type { RuleAbout } from "../generated/RuleAbout";
import type { RuleMode } from "../generated/RuleMode";
import type { RuleWhose } from "../generated/RuleWhose";
import { OWN } from "../route/routes";
import { listed } from "./people";

/** What can be told, in the order in which it is offered. */
export const MODES: readonly { key: RuleMode; name: string; told: string }[] = [
  { key: "problem", name: "Breaks: red after green", told: "breaks" },
  { key: "fixed", name: "Repairs: green after red", told: "repairs" },
  { key: "failing", name: "Every failure", told: "every failure" },
  { key: "exception", name: "Every exception", told: "every exception" },
  { key: "warnings", name: "Every build with warnings", told: "warnings" },
  { key: "cancelled", name: "Every cancelled build", told: "cancelled builds" },
  { key: "passing", name: "Every success", told: "every success" },
  { key: "first_failure", name: "The first failure of a build set, and one summary", told: "first failures" },
];

/** Whose builds, as a choice. */
export const WHOSE: readonly { key: RuleWhose; name: string }[] = [
  { key: "mine", name: "Mine: my changes, or what I asked for" },
  { key: "everybody", name: "Everybody's" },
  { key: "nobody", name: "Nobody's: keep quiet" },
];

/** `change` is breaks and repairs, `all` is everything: the single modes that they stand for. */
export function single(modes: readonly RuleMode[]): RuleMode[] {
  const all: RuleMode[] = ["failing", "exception", "warnings", "cancelled", "passing", "fixed"];
  const opened = modes.flatMap((mode): RuleMode[] => {
    if (mode === "change") return ["problem", "fixed"];
    return mode === "all" ? all : [mode];
  });
  return MODES.map(({ key }) => key).filter((key) => opened.includes(key));
}

/** `builder nightly-* on llvm`, `everything`. */
export function aboutWords(about: RuleAbout): string {
  const parts = [];
  if (about.builder !== null) parts.push(`builder ${about.builder}`);
  if (about.tag !== null) parts.push(`tag ${about.tag}`);
  if (about.project !== null) parts.push(`project ${about.project}`);
  if (about.branch !== null) parts.push(about.branch === "" ? "the default branch" : `branch ${about.branch}`);
  if (about.master !== null) parts.push(about.master === OWN ? "on this program's own master" : `on ${about.master}`);
  return parts.length ? parts.join(", ").replace(", on ", " on ") : "everything";
}

/** `breaks and repairs of mine`, `nothing`. */
export function toldWords(rule: Rule): string {
  const modes = single(rule.modes);
  if (rule.whose === "nobody" || modes.length === 0) return "nothing";
  const told = MODES.filter(({ key }) => modes.includes(key)).map((mode) => mode.told);
  const whose = rule.whose === "mine" ? " of mine" : " of everybody";
  return listed(told, 9) + whose;
}
