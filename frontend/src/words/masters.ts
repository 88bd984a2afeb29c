/** Masters in shapes and words. Pure. */
import type { AwayRow } from "../generated/AwayRow";
import type { MasterCondition } from "../generated/MasterCondition";
import type { MasterRow } from "../generated/MasterRow";
import type { SignInWay } from "../generated/SignInWay";
import { OWN } from "../route/routes";
import type { State } from "./results";
import { clockTime } from "./time";

const SHAPES: Record<MasterCondition, State> = {
  connecting: "waiting",
  live: "success",
  polling: "success",
  stale: "unknown",
  sign_in_needed: "warnings",
  refused: "exception",
};

/** The shape of how a master is followed. */
export function shapeOf(condition: MasterCondition): State {
  return SHAPES[condition];
}

/** An order that a master may refuse, by the name of its command. */
export type MasterOrder =
  "force" | "stop" | "rebuild" | "cancel" | "set_priority" | "order_worker" | "switch_scheduler";

/** Why an order cannot be given to a master now; `undefined` when it can. */
export function whyNot(master: MasterRow | undefined, order: MasterOrder): string | undefined {
  if (!master || master.master === OWN) return undefined;
  const denied = master.denied[order];
  if (denied !== undefined) return denied;
  switch (master.condition) {
    case "live":
    case "polling":
      return undefined;
    case "connecting":
      return `${master.title} is not connected yet`;
    case "sign_in_needed":
      return `sign in at ${master.title} first`;
    default:
      return `${master.title} cannot be heard${master.stale_since === null ? "" : ` since ${clockTime(master.stale_since)}`}`;
  }
}

/** Whether somebody could sign in at it. */
export function canSignIn(row: MasterRow): boolean {
  return row.url !== null && row.sign_in.way !== "none";
}

/** How people sign in, as a sentence's end. */
export function signInWords(way: SignInWay): string {
  switch (way.way) {
    case "none":
      return "not at all";
    case "password":
      return "with user name and password";
    case "provider":
      return `at ${way.name}`;
    case "proxy":
      return "at the proxy in front of it";
    default:
      return "in a way that it does not tell";
  }
}

/** The address without what every address has. */
export function shortAddress(url: string): string {
  return url.replace(/^https?:\/\//, "").replace(/\/$/, "");
}

/** What happened while a master could not be heard: `1 broken by you, 2 broken, 1 fixed`. */
export function meanwhile(row: Pick<AwayRow, "broken_by_me" | "broken_by_others" | "fixed">): string {
  const parts: [number, string][] = [
    [row.broken_by_me, "broken by you"],
    [row.broken_by_others, "broken"],
    [row.fixed, "fixed"],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count} ${words}`)
    .join(", ");
}
