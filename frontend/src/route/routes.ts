/** Paths and pages. Pure: the browser's history is in `router.svelte.ts`. */

/** The key of this program's own master, whose paths begin at the top. */
export const OWN = "bundled";

/** A page with what its path says. */
export type Page =
  | { page: "now" }
  | { page: "builders" }
  | { page: "pending" }
  | { page: "masters" }
  | { page: "join" }
  | { page: "master"; master: string }
  | { page: "builder"; master: string; builder: number }
  | { page: "build"; master: string; builder: number; number: number; step?: number; log?: string }
  | { page: "build-by-id"; master: string; build: number }
  | { page: "workers" }
  | { page: "worker"; master: string; worker: number }
  | { page: "add-worker" }
  | { page: "lending" }
  | { page: "timeline" }
  | { page: "console" }
  | { page: "changes" }
  | { page: "projects" }
  | { page: "add" }
  | { page: "configuration" }
  | { page: "notices" }
  | { page: "settings" }
  | { page: "tries" }
  | { page: "new-try" }
  | { page: "try"; id: number }
  | { page: "quit" }
  | { page: "nowhere"; path: string };

const NUMBER = /^\d{1,15}$/;
const KEY = /^[a-z0-9][a-z0-9._-]{0,39}$/;

/** The page of a path. Anything that is no page is `nowhere`, never an error. */
export function parse(path: string): Page {
  const parts = path.split("/").filter((part) => part !== "");
  const [first, second] = parts;
  const nowhere: Page = { page: "nowhere", path };
  if (parts.length === 0) return { page: "now" };
  if (parts.length === 1) {
    switch (first) {
      case "now":
      case "builders":
      case "pending":
      case "masters":
      case "workers":
      case "lending":
      case "timeline":
      case "console":
      case "changes":
      case "projects":
      case "notices":
      case "settings":
      case "quit":
        return { page: first };
      case "try":
        return { page: "tries" };
      default:
        return nowhere;
    }
  }
  if (first === "try" && parts.length === 2) {
    if (second === "new") return { page: "new-try" };
    return second && NUMBER.test(second) ? { page: "try", id: Number(second) } : nowhere;
  }
  if (first === "projects" && parts.length === 2) {
    return second === "add" || second === "configuration" ? { page: second } : nowhere;
  }
  if (first === "workers" && second === "add" && parts.length === 2) return { page: "add-worker" };
  if (first === "masters" && second === "join" && parts.length === 2) return { page: "join" };
  if (first === "masters" && second && KEY.test(second)) {
    if (parts.length === 2) return { page: "master", master: second };
    return ofMaster(second, parts.slice(2)) ?? nowhere;
  }
  return ofMaster(OWN, parts) ?? nowhere;
}

/** A page of one master's things. */
function ofMaster(master: string, parts: string[]): Page | undefined {
  const [kind, id, builds, number] = parts;
  if (!id || !NUMBER.test(id)) return undefined;
  if (kind === "builds" && parts.length === 2) return { page: "build-by-id", master, build: Number(id) };
  if (kind === "workers" && parts.length === 2) return { page: "worker", master, worker: Number(id) };
  if (kind !== "builders") return undefined;
  if (parts.length === 2) return { page: "builder", master, builder: Number(id) };
  if (builds !== "builds" || !number || !NUMBER.test(number)) return undefined;
  return inBuild({ page: "build", master, builder: Number(id), number: Number(number) }, parts.slice(4));
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

/** What stands before a master's paths. */
function before(master: string): string {
  return master === OWN ? "" : `/masters/${master}`;
}

/** Path of a master. */
export function masterPath(master: string): string {
  return `/masters/${master}`;
}

/** Path of a builder. */
export function builderPath(of: { master: string; builder: number }): string {
  return `${before(of.master)}/builders/${of.builder}`;
}

/** Path of a worker. */
export function workerPath(of: { master: string; worker: number }): string {
  return `${before(of.master)}/workers/${of.worker}`;
}

/** Path of a build. */
export function buildPath(mark: { master: string; builder: number; number: number }): string {
  return `${builderPath(mark)}/builds/${mark.number}`;
}

/** Path of a build of which only the id is known. */
export function buildIdPath(of: { master: string; build: number }): string {
  return `${before(of.master)}/builds/${of.build}`;
}

/** Path of the answer why there was a notice after a build, or none. */
export function whyPath(of: { master: string; build: number }): string {
  return `/notices?build=${of.build}${of.master === OWN ? "" : `&of=${of.master}`}`;
}

/** Path of a change beside the list of them. */
export function changePath(of: { master: string; change: number }): string {
  return `/changes?${changeQuery(of)}`;
}

/** The part of an address that names a change. */
export function changeQuery(of: { master: string; change: number }): URLSearchParams {
  const query = new URLSearchParams({ change: String(of.change) });
  if (of.master !== OWN) query.set("of", of.master);
  return query;
}

/** Path of a log, or of a line in it. `line` is from 0; addresses count from 1, as the page does. */
export function logPath(
  mark: { master: string; builder: number; number: number },
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
