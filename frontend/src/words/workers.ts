/** Workers in shapes and words. */
import type { WorkerCondition } from "../generated/WorkerCondition";
import type { WorkerDetails } from "../generated/WorkerDetails";
import type { State } from "./results";

const SHAPES: Record<WorkerCondition, State> = {
  idle: "waiting",
  building: "running",
  paused: "skipped",
  leaving: "cancelled",
  removed: "cancelled",
  away: "unknown",
  missing: "exception",
};

/** The shape of what a worker is doing. */
export function shapeOf(condition: WorkerCondition): State {
  return SHAPES[condition];
}

/** With a capital, as it stands in a row. */
export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const PROTOCOLS: Record<string, string> = { pb: "Perspective Broker", msgpack_experimental_v7: "msgpack" };

/** What a protocol is called among people. */
export function protocolName(key: string): string {
  return PROTOCOLS[key] ?? key;
}

/** `Debian GNU/Linux 12, 8 CPUs, worker 4.3.0`. */
export function machine(row: WorkerDetails): string {
  const cpus = row.cpus === null ? null : `${row.cpus} ${row.cpus === 1 ? "CPU" : "CPUs"}`;
  const version = row.version === null ? null : `worker ${row.version}`;
  return [row.system, cpus, version].filter((part) => part !== null).join(", ");
}

/** Where it comes from. */
export function whence(row: WorkerDetails): string {
  if (row.local) return "in this program";
  return row.address ?? "";
}
