/** Which log of a build is shown, and at which line. Pure. */
import type { BuildPage } from "../generated/BuildPage";
import type { LogRow } from "../generated/LogRow";
import type { StepRow } from "../generated/StepRow";

/** A log to show. */
export interface Chosen {
  step: StepRow;
  log: LogRow;
  /** From 0; `undefined` is the start, or the end while it grows. */
  line?: number | undefined;
}

/** What the address names; else the first error; else what runs; else the last step that wrote something. */
export function chooseLog(build: BuildPage, step: number | undefined, slug: string | undefined): Chosen | undefined {
  if (step !== undefined) {
    const named = build.steps.find((one) => one.number === step);
    const log = named && (slug === undefined ? firstLog(named) : named.logs.find((one) => one.slug === slug));
    if (named && log) return { step: named, log, line: slug === undefined ? errorLine(build, log) : undefined };
  }
  const { error } = build;
  if (error) {
    const failed = build.steps.find((one) => one.number === error.step);
    const log = failed?.logs.find((one) => one.log === error.log);
    if (failed && log) return { step: failed, log, line: error.line };
  }
  return (
    withLog(build.steps.find((one) => one.results !== null && [2, 4, 5].includes(one.results))) ??
    withLog(build.steps.find((one) => one.started_at !== null && one.complete_at === null)) ??
    build.steps
      .filter((one) => !one.hidden)
      .map(withLog)
      .findLast((one) => one !== undefined)
  );
}

function errorLine(build: BuildPage, log: LogRow): number | undefined {
  return build.error?.log === log.log ? build.error.line : undefined;
}

/** Output before anything else that a step keeps. */
function firstLog(step: StepRow): LogRow | undefined {
  return step.logs.find((log) => log.kind === "s") ?? step.logs[0];
}

function withLog(step: StepRow | undefined): Chosen | undefined {
  const log = step && firstLog(step);
  return step && log ? { step, log } : undefined;
}
