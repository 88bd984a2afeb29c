/** The farm of a team: this program's own master and two joined ones, 500 builders, one master out of reach. */
import type { BuilderRow } from "../../src/generated/BuilderRow";
import type { Overview } from "../../src/generated/Overview";
import { NOW, breakOf, builderRow, mark, named, numbers, running } from "./farm";
import type { Workers } from "../../src/generated/Workers";
import { LLVM, OWN_MASTER, TEAM } from "./masters";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function joined(master: string, count: number, prefix: string, broken: (at: number) => boolean): BuilderRow[] {
  const random = numbers(count);
  return named(count).map((name, at) => {
    const row = builderRow(at + 1, `${prefix}-${name}`, broken(at), random, master);
    return { ...row, project: at % 3 === 0 ? "app" : prefix, can_force: master === LLVM.master };
  });
}

/** Lays the joined masters' builders beside the own ones. */
export function withTeam(own: Overview): Overview {
  const llvm = joined(LLVM.master, 320, "clang", (at) => at === 3 || at === 40 || at === 41);
  const team = joined(TEAM.master, 150, "team", (at) => at === 7);
  for (const row of team) row.stale = TEAM.stale_since;
  const at = (rows: BuilderRow[], index: number) => rows[index] as BuilderRow;
  Object.assign(at(llvm, 41), { flaky: true, broken_by: ["Wei Chen <wei.chen@example.org>"] });
  const claim = { by: "Bob Ray", mine: false, at: NOW - 20 * MINUTE, until: NOW + 23 * HOUR, shared: true };
  const broken = breakOf([at(llvm, 3)], false, [1037], "lld: error: undefined symbol: llvm::Pass::anchor()", claim);
  at(llvm, 3).claimed_by = claim.by;
  const under = running(5, at(llvm, 4).name, 46, 300_000, 290_000, LLVM.master);
  at(llvm, 4).running = [under];
  const waiting = Array.from({ length: 6 }, (_, number) => ({
    master: LLVM.master,
    request: 70_000 + number,
    builder: number + 1,
    builder_name: at(llvm, number).name,
    submitted_at: NOW - (number + 3) * MINUTE,
    reason: "The AnyBranchScheduler scheduler named 'all' triggered this build",
    waits_for: "Waiting for a free worker (12 busy)",
    priority: number === 0 ? 5 : 0,
  }));
  return {
    ...own,
    masters: [OWN_MASTER, { ...LLVM, builders: 320, broken: 3 }, { ...TEAM, builders: 150, broken: 1 }],
    breaks: [...own.breaks, broken],
    builders: [...own.builders, ...llvm, ...team],
    running: [...own.running, under],
    waiting: [...own.waiting, ...waiting],
    away: [
      {
        away: 3,
        master: LLVM.master,
        from: NOW - 55 * MINUTE,
        until: NOW - 24 * MINUTE,
        ended: 214,
        broken_by_me: 1,
        broken_by_others: 2,
        fixed: 1,
        named: [
          { words: `Broken by you: ${at(llvm, 3).name} #45`, path: "/masters/llvm/builders/4/builds/45" },
          { words: `Broken by Bob Ray: ${at(llvm, 40).name} #45`, path: "/masters/llvm/builders/41/builds/45" },
          { words: `Fixed by Cleo Diaz: ${at(llvm, 8).name}`, path: "/masters/llvm/builders/9/builds/48" },
        ],
      },
    ],
    recent: [mark(9, at(llvm, 8).name, 48, 0, 3 * MINUTE, 1039, LLVM.master), ...own.recent],
  };
}

/** Lays a joined master's workers beside the own ones. */
export function withTeamWorkers(own: Workers): Workers {
  const [first] = own.workers;
  if (!first) return own;
  const far = Array.from({ length: 3 }, (_, at) => ({
    ...first,
    master: LLVM.master,
    worker: at + 1,
    name: `clang-${at + 1}`,
    local: false,
    building: [],
    condition: at === 2 ? ("away" as const) : ("idle" as const),
    words: at === 2 ? "not connected" : "idle",
    connected: at !== 2,
    configured_at: null,
  }));
  return { ...own, workers: [...own.workers, ...far] };
}
