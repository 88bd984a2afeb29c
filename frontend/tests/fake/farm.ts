/** Farms for the tests: empty, one green project, a busy team of 30 builders, and 500 builders. */
import type { Break } from "../../src/generated/Break";
import type { BuilderRow } from "../../src/generated/BuilderRow";
import type { BuildMark } from "../../src/generated/BuildMark";
import type { ChangeRow } from "../../src/generated/ChangeRow";
import type { ClaimRow } from "../../src/generated/ClaimRow";
import type { Overview } from "../../src/generated/Overview";
import type { RunningRow } from "../../src/generated/RunningRow";
import type { Suspect } from "../../src/generated/Suspect";
import { OWN } from "../../src/route/routes";
import { OWN_MASTER } from "./masters";

/** The fake master's time. */
export const NOW = Date.UTC(2026, 10, 20, 11, 0, 0);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What a test can show. */
export type Size = "empty" | "one" | "busy" | "many" | "team";

/** People of the farm; the first is me. */
export const PEOPLE = [
  "Ann Lee <ann@example.org>",
  "Bob Ray <bob@example.org>",
  "Cleo Diaz <cleo@example.org>",
  "Wei Chen <wei.chen@example.org>",
];
const NAMES = [
  "linux-tests",
  "linux-arm64",
  "linux-asan",
  "macos-arm64",
  "windows-x86_64",
  "docs",
  "lint",
  "fuzz-short",
  "benchmarks",
  "package-deb",
  "package-rpm",
  "integration-postgres-16",
  "integration-sqlite",
  "nightly-full",
  "coverage",
];
const COMMENTS = [
  "parser: accept an empty group",
  "count the lines that were skipped",
  "docs: the new option, with an example",
  "store: keep the index in one transaction",
  "Fix a race between stop and the last line of a very long log that is still being written",
  "build: raise the minimum compiler",
  "tests: wait for the event, not the clock",
  "remove what nothing calls",
];

/** Repeatable pseudo-random numbers in [0, 1). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Forty hexadecimal digits. */
export function hash(number: number): string {
  const next = numbers(number + 7);
  return Array.from({ length: 40 }, () => Math.floor(next() * 16).toString(16)).join("");
}

/** A change of the farm, by its number. */
export function suspect(change: number): Suspect {
  const author = PEOPLE[change % PEOPLE.length] ?? "";
  return {
    change,
    author,
    mine: author === PEOPLE[0],
    revision: hash(change),
    comment: COMMENTS[change % COMMENTS.length] ?? "",
  };
}

const STATES = [
  "build successful",
  "1 warning in compile",
  "failed compile",
  "skipped",
  "worker lost in compile",
  "retry compile",
  "cancelled",
];

/** A build of the farm. */
export function mark(
  builder: number,
  name: string,
  number: number,
  results: number | null,
  ago: number,
  change = number,
  master = OWN,
): BuildMark {
  const ended = NOW - ago;
  const takes = 40_000 + ((builder * 31 + number * 17) % 300) * 1000;
  return {
    master,
    build: builder * 1000 + number,
    builder,
    builder_name: name,
    number,
    results,
    state: results === null ? "compile" : (STATES[results] ?? ""),
    started_at: results === null ? NOW - ago : ended - takes,
    complete_at: results === null ? null : ended,
    mine: suspect(change).mine,
    revision: hash(change),
  };
}

/** A build under way. */
export function running(
  builder: number,
  name: string,
  number: number,
  elapsed: number,
  expected: number | null,
  master = OWN,
): RunningRow {
  return {
    mark: mark(builder, name, number, null, elapsed, number, master),
    step: ["compile", "test", "checkout"][builder % 3] ?? null,
    reason: "The SingleBranchScheduler scheduler named 'main' triggered this build",
    expected,
    spread: expected === null ? null : expected / 12,
    by: [PEOPLE[builder % PEOPLE.length] ?? ""],
  };
}

/** A builder of the farm; `broken` fails since its third last build. */
export function builderRow(
  builder: number,
  name: string,
  broken: boolean,
  random: () => number,
  master = OWN,
): BuilderRow {
  const newest = 40 + (builder % 9);
  const last = Array.from({ length: 12 }, (_, at) => {
    const odd = [0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 6, 2, 5, 3][Math.floor(random() * 14)] ?? 0;
    const results = broken ? (at < 3 ? 2 : 0) : at === 0 ? 0 : odd;
    return mark(builder, name, newest - at, results, (at * 53 + builder) * MINUTE, newest - at, master);
  });
  return {
    master,
    builder,
    name,
    project: builder % 4 === 0 ? "tools" : "app",
    tags: [["linux", "desktop", "release"][builder % 3] ?? "linux"],
    description: builder % 5 === 0 ? "Everything that must pass before a merge" : null,
    results: broken ? 2 : (last.find((one) => one.results === 0 || one.results === 1)?.results ?? null),
    since: NOW - (broken ? 2 * HOUR + builder * MINUTE : (builder + 2) * 9 * HOUR),
    broken_by: [],
    mine: false,
    flaky: false,
    claimed_by: null,
    stale: null,
    muted: false,
    running: [],
    waiting: 0,
    last,
    can_force: builder % 7 !== 6,
    blocked: null,
  };
}

/** That many names. */
export function named(count: number): string[] {
  return Array.from({ length: count }, (_, at) => {
    const round = Math.floor(at / NAMES.length);
    return `${NAMES[at % NAMES.length]}${round ? `-${round + 1}` : ""}`;
  });
}

/** Builders that turned red together. */
export function breakOf(
  rows: BuilderRow[],
  mine: boolean,
  changes: number[],
  error: string,
  claim: ClaimRow | null = null,
): Break {
  const suspects = changes.map(suspect);
  const authors = [...new Set(suspects.map((one) => one.author))];
  for (const row of rows) Object.assign(row, { broken_by: authors, mine });
  return {
    master: rows[0]?.master ?? OWN,
    mine,
    since: Math.min(...rows.map((row) => row.since ?? NOW)),
    builds: rows.map((row) => row.last[2]).filter((one) => one !== undefined),
    step: "compile",
    error,
    log: { log: 1, step: 1, slug: "stdio", line: 80 },
    suspects,
    muted: false,
    claim,
  };
}

const NOTHING: Overview = {
  now: NOW,
  version: 1,
  whole: true,
  gone: [],
  masters: [OWN_MASTER],
  breaks: [],
  builders: [],
  running: [],
  waiting: [],
  settling: [],
  recent: [],
  troubles: [],
  away: [],
  mutes: [],
  workers: [],
};

/** The overview of a farm. */
export function overview(size: Size): Overview {
  if (size === "empty") return structuredClone(NOTHING);
  const random = numbers(size.length);
  const worker = { master: OWN, worker: 1, name: "local", connected: true, paused: false, running: 0, max_builds: 2 };
  if (size === "one") {
    const row = builderRow(1, "notes", false, numbers(3));
    row.last = row.last.slice(0, 5).map((one) => ({ ...one, results: 0, state: "build successful" }));
    return { ...structuredClone(NOTHING), builders: [row], recent: row.last, workers: [worker] };
  }
  const count = size === "many" ? 500 : 30;
  const rows = named(count).map((name, at) => builderRow(at + 1, name, [0, 2, 4, 11].includes(at), random));
  const at = (index: number) => rows[index] as BuilderRow;
  const breaks = [
    breakOf(
      [at(0), at(2), at(4)],
      true,
      [1040, 1041, 1043],
      "src/main.c:7:12: error: ‘conut’ undeclared (first use in this function); did you mean ‘count’?",
    ),
    breakOf([at(11)], false, [1037], "FAILED tests/test_store.py::test_index - AssertionError: 3 != 4"),
  ];
  const under = [
    running(2, at(1).name, 44, 72_000, 190_000),
    running(6, at(5).name, 47, 400_000, 340_000),
    running(8, at(7).name, 41, 12_000, null),
  ];
  for (const one of under) at(one.mark.builder - 1).running = [one];
  at(6).waiting = 2;
  at(6).blocked = "Waiting for a worker: win-1 is not connected";
  at(9).muted = true;
  // One that never ran.
  Object.assign(at(14), { results: null, since: null, last: [] });
  const trouble = [...rows].sort(
    (a, b) =>
      Number(b.mine) - Number(a.mine) ||
      Number(b.results === 2) - Number(a.results === 2) ||
      Number(b.running.length) - Number(a.running.length),
  );
  return {
    ...structuredClone(NOTHING),
    breaks,
    builders: trouble,
    running: under,
    waiting: [
      {
        master: OWN,
        request: 9001,
        builder: 7,
        builder_name: at(6).name,
        submitted_at: NOW - 4 * MINUTE,
        reason: "force by Ann Lee",
        waits_for: "Waiting for a worker: win-1 is not connected",
        priority: 0,
      },
      {
        master: OWN,
        request: 9002,
        builder: 4,
        builder_name: at(3).name,
        submitted_at: NOW - MINUTE,
        reason: "scheduler",
        waits_for: "Waiting for a free worker (2 busy)",
        priority: 10,
      },
    ],
    settling: [{ scheduler: "app: main", changes: 3, fires_at: NOW + 42_000 }],
    recent: rows.flatMap((row) => row.last.slice(0, 1)).slice(0, 12),
    troubles: [
      {
        master: OWN,
        about: "source",
        name: "tools",
        message: "/home/ann/tools is polled every minute: the limit of file watches is reached.",
        hint: "Raise fs.inotify.max_user_watches, then restart Outpost.",
        path: "/projects",
        since: NOW - 3 * HOUR,
      },
    ],
    mutes: [
      {
        mute: 3,
        scope: { about: "builder", master: OWN, builder: 10 },
        name: at(9).name,
        ends_at: NOW + 25 * MINUTE,
        ends: "until 12:25",
      },
    ],
    workers: [worker],
  };
}

/** Changes, newest first. */
export function changes(before: string | null, mine: boolean): { changes: ChangeRow[]; next: string | null } {
  const newest = Math.min(1043, Number(before ?? Infinity) - 1);
  const all = Array.from({ length: 120 }, (_, at) => newest - at)
    .filter((number) => number > 900)
    .map(change)
    .filter((row) => !mine || row.mine);
  return { changes: all.slice(0, 50), next: all.length > 50 ? String(all[49]?.change) : null };
}

function change(number: number): ChangeRow {
  const { author, mine, revision, comment } = suspect(number);
  const back = 1043 - number;
  const names = NAMES.slice(0, 6);
  const builds = names.map((name, at) =>
    mark(
      at + 1,
      name,
      47 - back,
      back < 3 && at % 2 === 0 ? 2 : (number + at) % 9 === 0 ? 1 : 0,
      (back * 37 + 5) * MINUTE,
      number,
    ),
  );
  const off = number % 11 === 5;
  return {
    master: OWN,
    change: number,
    author,
    mine,
    when: NOW - (back * 37 + 9) * MINUTE,
    branch: off ? "wip" : null,
    revision,
    comments: `${comment}\n\nThe longer story, over\nseveral lines, with a reason.\n`,
    files: ["src/main.c", "src/parse.c", "tests/test_parse.c"].slice(0, 1 + (number % 3)),
    repository: "/home/ann/app",
    project: "app",
    builds: off || back === 0 ? [] : builds.filter((one) => one.number > 0),
    not_built: off ? "branch 'wip' is not followed" : null,
  };
}
