/** Paths and pages. Pure: the browser's history is in `router.svelte.ts`. */

/** A page with what its path says. */
export type Page =
  | { page: "now" }
  | { page: "builders" }
  | { page: "builder"; builder: number }
  | { page: "build"; builder: number; number: number; step?: number; log?: string }
  | { page: "build-by-id"; build: number }
  | { page: "workers" }
  | { page: "worker"; worker: number }
  | { page: "add-worker" }
  | { page: "lending" }
  | { page: "changes" }
  | { page: "projects" }
  | { page: "add" }
  | { page: "configuration" }
  | { page: "notices" }
  | { page: "settings" }
  | { page: "quit" }
  | { page: "nowhere"; path: string };

const NUMBER = /^\d{1,15}$/;

/** The page of a path. Anything that is no page is `nowhere`, never an error. */
export function parse(path: string): Page {
  const parts = path.split("/").filter((part) => part !== "");
  const [first, second, third, fourth] = parts;
  const nowhere: Page = { page: "nowhere", path };
  if (parts.length === 0) return { page: "now" };
  if (parts.length === 1) {
    switch (first) {
      case "now":
      case "builders":
      case "workers":
      case "lending":
      case "changes":
      case "projects":
      case "notices":
      case "settings":
      case "quit":
        return { page: first };
      default:
        return nowhere;
    }
  }
  if (first === "projects" && parts.length === 2) {
    return second === "add" || second === "configuration" ? { page: second } : nowhere;
  }
  if (first === "workers" && second === "add" && parts.length === 2) return { page: "add-worker" };
  if (!second || !NUMBER.test(second)) return nowhere;
  if (first === "builds" && parts.length === 2) return { page: "build-by-id", build: Number(second) };
  if (first === "workers" && parts.length === 2) return { page: "worker", worker: Number(second) };
  if (first !== "builders") return nowhere;
  if (parts.length === 2) return { page: "builder", builder: Number(second) };
  if (third !== "builds" || !fourth || !NUMBER.test(fourth)) return nowhere;
  return inBuild({ page: "build", builder: Number(second), number: Number(fourth) }, parts.slice(4)) ?? nowhere;
}

function inBuild(build: Page & { page: "build" }, rest: string[]): Page | undefined {
  if (rest.length === 0) return build;
  const [steps, step, logs, log] = rest;
  if (steps !== "steps" || !step || !NUMBER.test(step)) return undefined;
  if (rest.length === 2) return { ...build, step: Number(step) };
  if (logs !== "logs" || !log || rest.length !== 4) return undefined;
  return { ...build, step: Number(step), log: decode(log) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Path of a builder. */
export function builderPath(builder: number): string {
  return `/builders/${builder}`;
}

/** Path of a worker. */
export function workerPath(worker: number): string {
  return `/workers/${worker}`;
}

/** Path of a build. */
export function buildPath(mark: { builder: number; number: number }): string {
  return `/builders/${mark.builder}/builds/${mark.number}`;
}

/** Path of a log, or of a line in it. `line` is from 0; addresses count from 1, as the page does. */
export function logPath(
  mark: { builder: number; number: number },
  place: { step: number; slug: string; line?: number },
): string {
  const path = `${buildPath(mark)}/steps/${place.step}/logs/${encodeURIComponent(place.slug)}`;
  return place.line === undefined ? path : `${path}#L${place.line + 1}`;
}

/** The line, from 0, that `#L12` names. */
export function lineOf(hash: string): number | undefined {
  const found = /^#L([1-9]\d{0,14})$/.exec(hash);
  return found ? Number(found[1]) - 1 : undefined;
}

/** The line that `?line=11` names; both from 0. */
export function lineOfQuery(value: string): number | undefined {
  return NUMBER.test(value) ? Number(value) : undefined;
}
