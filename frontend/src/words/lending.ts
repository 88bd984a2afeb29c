/** Lending in shapes. */
import type { LendingCondition } from "../generated/LendingCondition";
import type { State } from "./results";

const SHAPES: Record<LendingCondition, State> = {
  off: "skipped",
  connecting: "unknown",
  free: "waiting",
  building: "running",
  away: "exception",
  leaving: "cancelled",
  paused: "skipped",
  ended: "exception",
  no_password: "exception",
};

/** The shape of what a lending is doing. */
export function shapeOf(condition: LendingCondition): State {
  return SHAPES[condition];
}
