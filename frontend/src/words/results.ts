/** States with their words. The shapes are in `StatusMark.svelte`, the colours in `tokens.css`. */

/** What a mark can show. */
export type State =
  | "success"
  | "warnings"
  | "failure"
  | "skipped"
  | "exception"
  | "retry"
  | "cancelled"
  | "running"
  | "waiting"
  | "unknown";

const BY_RESULT: readonly State[] = ["success", "warnings", "failure", "skipped", "exception", "retry", "cancelled"];

/** State of a result 0 to 6; `none` is what `null` stands for. */
export function stateOf(results: number | null, none: State = "unknown"): State {
  return results === null ? none : (BY_RESULT[results] ?? "unknown");
}

const WORDS: Record<State, string> = {
  success: "Success",
  warnings: "Warnings",
  failure: "Failed",
  skipped: "Skipped",
  exception: "Exception",
  retry: "Retry",
  cancelled: "Cancelled",
  running: "Running",
  waiting: "Waiting",
  unknown: "Not built",
};

/** The state's word. */
export function word(state: State): string {
  return WORDS[state];
}

/** Red is failure only; every other result leaves a builder as it was. */
export function isBroken(results: number | null): boolean {
  return results === 2;
}
