/** Answers about single builds, projects, configuration and people. */
import type { BuildPage } from "../../src/generated/BuildPage";
import type { Form } from "../../src/generated/Form";
import type { LogRow } from "../../src/generated/LogRow";
import type { Notices } from "../../src/generated/Notices";
import type { Projects } from "../../src/generated/Projects";
import type { Proposal } from "../../src/generated/Proposal";
import type { StepRow } from "../../src/generated/StepRow";
import { NOW, PEOPLE, hash, mark, suspect } from "./farm";
import type { FakeLog } from "./logs";

const MINUTE = 60_000;

function logRow(log: number, logs: ReadonlyMap<number, FakeLog>, name = "stdio"): LogRow {
  const kept = logs.get(log);
  return {
    log,
    name,
    slug: name,
    kind: kept?.kind ?? "s",
    num_lines: kept?.numLines ?? 0,
    complete: kept?.complete ?? true,
  };
}

function step(
  number: number,
  name: string,
  results: number | null,
  logs: LogRow[],
  from: number,
  took: number | null,
): StepRow {
  return {
    step: 100 + number,
    number,
    name,
    state: results === 2 ? `'make check' (failure)` : results === null ? "running" : `'${name}'`,
    results,
    started_at: took === null && results === null && from === 0 ? null : NOW - from,
    complete_at: took === null ? null : NOW - from + took,
    hidden: number === 9,
    urls: number === 2 ? [{ name: "coverage", url: "https://example.org/coverage" }] : [],
    logs,
  };
}

/** A build; number 47 of builder 6 runs, number 90 has a log of a million lines, others failed or are green. */
export function buildPage(
  builder: number,
  number: number,
  name: string,
  logs: ReadonlyMap<number, FakeLog>,
): BuildPage {
  const runs = number === 47 || number === 44;
  const large = number === 90;
  const green = number % 2 === 0 && !runs && !large;
  const results = runs ? null : green ? 0 : 2;
  const one = mark(builder, name, number, results, runs ? 72_000 : 2 * 60 * MINUTE, 1040);
  const compile = large ? 2 : runs ? 3 : green ? 4 : 1;
  const steps = [
    step(0, "git", 0, [logRow(5, logs)], 110 * MINUTE, 2400),
    step(
      1,
      "compile",
      results,
      [logRow(compile, logs), logRow(6, logs, "config.log")],
      runs ? 60_000 : 100 * MINUTE,
      runs ? null : 41_000,
    ),
    step(
      2,
      "test",
      green ? 0 : runs ? null : 3,
      green ? [logRow(7, logs)] : [],
      green ? 90 * MINUTE : 0,
      green ? 61_000 : null,
    ),
    step(9, "clean up", green ? 0 : null, [], green ? 80 * MINUTE : 0, green ? 200 : null),
  ];
  return {
    mark: { ...one, mine: true },
    now: NOW,
    request: 77,
    reason: "The SingleBranchScheduler scheduler named 'main' triggered this build",
    worker: "local",
    summary: results === 2 ? "compile: src/main.c:7:12: error: ‘conut’ undeclared (first use in this function)" : null,
    error: results === 2 ? { log: compile, step: 1, slug: "stdio", line: large ? 949_000 : 80 } : null,
    steps,
    changes: [1043, 1041, 1040].map(suspect),
    sources: [
      {
        codebase: "",
        repository: "/home/ann/app",
        branch: "main",
        revision: hash(1040),
        got_revision: hash(1040),
        project: "app",
        patched: false,
      },
    ],
    owners: PEOPLE.slice(0, 3),
    properties: [
      { name: "branch", value: '"main"', source: "Build" },
      { name: "builddir", value: '"/home/ann/.local/share/outpost/builds/linux-tests"', source: "slave" },
      { name: "got_revision", value: `"${hash(1040)}"`, source: "Git" },
    ],
    expected: 190_000,
    spread: 12_000,
    previous: number > 1 ? number - 1 : null,
    next: runs ? null : number + 1,
    rebuild_of: number === 41 ? mark(builder, name, 39, 0, 300 * MINUTE) : null,
    rebuilt_by: null,
    stale: null,
    page: null,
  };
}

/** A form with a field of every kind. */
export function form(scheduler = "force", page: string | null = null): Form {
  const field = {
    full_name: "",
    label: "",
    kind: "text",
    layout: "",
    max_size: null,
    default: "",
    required: false,
    multiple: false,
    hide: false,
    tooltip: "",
    choices: [],
    strict: false,
    fields: [],
  };
  return {
    scheduler,
    choices: [{ scheduler: "force", label: "Force a build" }],
    page,
    label: "Force a build",
    button: "Build it",
    fields: [
      { ...field, full_name: "reason", label: "Reason:", default: "", tooltip: "Shown with the build" },
      { ...field, full_name: "username", label: "Your name:", kind: "username", default: "Ann Lee <ann@example.org>" },
      {
        ...field,
        kind: "nested",
        label: "Source",
        fields: [
          { ...field, full_name: "branch", label: "Branch:", default: "main" },
          { ...field, full_name: "revision", label: "Revision:", default: "", tooltip: "Empty takes the newest" },
        ],
      },
      {
        ...field,
        kind: "nested",
        label: "Options",
        fields: [
          {
            ...field,
            full_name: "clean",
            label: "Clean build",
            kind: "bool",
            default: "false",
            tooltip: "From an empty folder",
          },
          { ...field, full_name: "jobs", label: "Jobs", kind: "int", default: "4", required: true },
          {
            ...field,
            full_name: "target",
            label: "Target",
            kind: "list",
            default: "debug",
            choices: ["debug", "release"],
            strict: true,
          },
          {
            ...field,
            full_name: "suites",
            label: "Suites",
            kind: "list",
            multiple: true,
            default: "unit",
            choices: ["unit", "integration", "slow"],
            strict: true,
          },
          { ...field, full_name: "notes", label: "Notes", kind: "textarea", default: "" },
          { ...field, full_name: "channel", label: "Channel", kind: "fixed", default: "beta" },
          { ...field, full_name: "secret", label: "Secret", default: "x", hide: true },
        ],
      },
    ],
  };
}

/** Two projects, one of which cannot be watched. */
export function projects(): Projects {
  const common = { vcs: "git", tip: hash(1043), last_contact: NOW - 2 * MINUTE };
  return {
    folder: "/home/ann/.config/outpost",
    projects: [
      {
        ...common,
        name: "app",
        repository: "/home/ann/app",
        branches: "branch main",
        mode: "watching",
        note: null,
        builders: [1, 2, 3, 4],
        file: "projects/app.star",
      },
      {
        ...common,
        name: "tools",
        repository: "/home/ann/tools",
        branches: "all branches",
        mode: "polling",
        note: "The limit of file watches is reached, so it is looked at every minute. Raise fs.inotify.max_user_watches.",
        builders: [5, 6],
        file: "projects/tools.star",
      },
      {
        ...common,
        name: "old",
        repository: "/media/disk/old",
        branches: "branch master",
        mode: "failed",
        note: "/media/disk/old is not there. Mount the disk, or stop building it.",
        builders: [],
        file: null,
        tip: null,
      },
    ],
  };
}

/** A proposal for a Cargo project. */
export function proposal(path: string): Proposal {
  return {
    name: "ripgrep",
    path,
    vcs: "git",
    branch: "main",
    build_system: "Cargo (Cargo.toml)",
    because: ["Cargo.toml", "Cargo.lock"],
    steps: [
      { name: "build", command: "cargo build --all-targets" },
      { name: "test", command: "cargo test" },
    ],
    missing: ["cargo"],
    alternatives: [{ build_system: "Scripts (build, test)", steps: [{ name: "build", command: "./build" }] }],
    notes: [],
    preview:
      'git_project(\n    name = "ripgrep",\n    repository = "/home/ann/ripgrep",\n    branch = "main",\n    steps = [\n        shell("build", "cargo build --all-targets"),\n        shell("test", "cargo test"),\n    ],\n)\n',
  };
}

/** What was told, and why. */
export function notices(): Notices {
  const names = ["linux-tests", "linux-asan", "windows-x86_64", "docs", "integration-postgres-16"];
  const reasons = [
    "you broke it: 1 of 3 changes is yours",
    "part of a break that was told already",
    "muted until 12:25",
    "it was red before",
    "none of its changes is yours",
    "an exception tells nothing about the changes",
  ];
  return {
    notices: [
      {
        key: "break-1",
        at: NOW - 120 * MINUTE,
        title: "linux-tests #46 and 2 others broke",
        body: "compile: src/main.c:7:12: error: ‘conut’ undeclared\nYour change 8c1f2e90ab, with 2 others",
        about: "broken",
        path: "/builders/1/builds/45",
      },
      {
        key: "break-0",
        at: NOW - 26 * 60 * MINUTE,
        title: "docs fixed",
        body: "Fixed by r1030 of Cleo Diaz, broken for 3 h 12 m",
        about: "fixed",
        path: "/builders/6",
      },
    ],
    verdicts: Array.from({ length: 40 }, (_, at) => ({
      master: "bundled",
      build: 1045 + at * 1000,
      builder_name: names[at % names.length] ?? "",
      number: 46 - Math.floor(at / 5),
      at: NOW - (at * 31 + 7) * MINUTE,
      told: at % 6 === 0,
      reason: reasons[at % reasons.length] ?? "",
      rule: "your settings",
    })),
  };
}

/** The main file of the fake configuration. */
export const MAIN_FILE = `# Outpost's configuration. Names are Buildbot's.
c = BuildmasterConfig = {}

c["title"] = "Farm"
c["workers"] = [worker.LocalWorker("local", max_builds = 2)]

load("projects/app.star", "app")
load("projects/tools.star", "tools")

c["builders"] = app.builders + tools.builders
c["schedulers"] = app.schedulers + tools.schedulers
`;

/** The forms of a joined master's builder: one with tabs and a file, one with a field that no page of ours can show. */
export function joinedForm(scheduler: string | null, page: string): Form {
  const made = form(scheduler ?? "release", page);
  const [field] = made.fields;
  if (!field) return made;
  const choices = [
    { scheduler: "release", label: "Make a release" },
    { scheduler: "odd", label: "odd" },
  ];
  if (scheduler === "odd") {
    const fields = [{ ...field, full_name: "signature", label: "Signature:", kind: "unknown" }];
    return { ...made, choices, label: "odd", fields };
  }
  const group = (label: string, layout: string, fields: Form["fields"]) => {
    return { ...field, full_name: "", tooltip: "", kind: "nested", label, layout, fields };
  };
  const one = (full_name: string, label: string, kind: string, more: Partial<Form["fields"][number]> = {}) => {
    return { ...field, full_name, label, kind, tooltip: "", ...more };
  };
  return {
    ...made,
    choices,
    label: "Make a release",
    fields: [
      field,
      group("", "tabs", [
        group("Version", "simple", [one("major", "Major", "int", { default: "3" }), one("minor", "Minor", "int")]),
        group("Notes", "vertical", [
          one("notes", "Release notes", "textarea", { max_size: 2000 }),
          one("list", "Checksums", "file", { max_size: 1000, tooltip: "At most 1 KB" }),
          one("like", "As in the build", "inherit", { choices: ["clang-linux-tests/46", "clang-linux-tests/45"] }),
        ]),
      ]),
    ],
  };
}
