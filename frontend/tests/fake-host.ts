/** A master that exists only in tests: answers every command from made-up data, and acts on orders. */
import type { Commands } from "../src/generated/commands";
import type { Event } from "../src/generated/Event";
import type { LendingRow } from "../src/generated/LendingRow";
import type { MasterRow } from "../src/generated/MasterRow";
import type { MuteRow } from "../src/generated/MuteRow";
import type { Overview } from "../src/generated/Overview";
import type { Settings } from "../src/generated/Settings";
import type { Workers } from "../src/generated/Workers";
import { OWN } from "../src/route/routes";
import { NOW, PEOPLE, changes, mark, overview, type Size } from "./fake/farm";
import { failedCompile, look, plainLog, textLog, type FakeLog } from "./fake/logs";
import { MAIN_FILE, buildPage, form, joinedForm, notices, projects, proposal } from "./fake/pages";
import { HINT, LLVM, LOCKED, LOOKED, lookAt } from "./fake/masters";
import { FakeRefusal } from "./fake/refusal";
import { FREE, lendings } from "./fake/lending";
import { withTeam, withTeamWorkers } from "./fake/team";
import { console as farmConsole } from "./fake/console";
import { FakeTries } from "./fake/tries";
import { timeline } from "./fake/timeline";
import { invitation, workers } from "./fake/workers";

type Name = keyof Commands;
type Answers = { [C in Name]: (input: Commands[C]["input"]) => Commands[C]["output"] };

/** The fake. `orders` holds every order it was given, for tests to look at. */
export class FakeHost {
  /** Everything that it was asked, in order. */
  readonly asked: { name: string; input: unknown }[] = [];
  readonly orders: { name: Name; input: unknown }[] = [];
  readonly logs: Map<number, FakeLog>;
  overview: Overview;
  masters: MasterRow[];
  workers: Workers;
  lendings: LendingRow[];
  settings: Settings;
  tries: FakeTries;
  demo = false;
  /** Heard by the server. */
  send: (event: Event) => void = () => undefined;

  readonly #size: Size;
  #files: Record<string, string> = {
    "master.star": MAIN_FILE,
    "projects/app.star": "app = project()\n",
    "projects/tools.star": "tools = project()\n",
  };
  #before: [string, string] | undefined;
  #removed: string | undefined;
  #enabled = true;
  #skew = Date.now() - NOW;

  constructor(size: Size, appearance: { theme?: string; contrast?: string } = {}) {
    this.#size = size;
    this.overview = size === "team" ? withTeam(overview(size)) : overview(size);
    this.masters = this.overview.masters;
    this.workers = size === "team" ? withTeamWorkers(workers(size)) : workers(size);
    this.lendings = lendings(size);
    this.tries = new FakeTries(
      size,
      () => this.overview,
      (event) => this.send(event),
      (name, input) => this.orders.push({ name, input }),
    );
    this.settings = {
      identities: ["ann@example.org"],
      identities_at: {},
      notify_breaks: true,
      notify_fixed: true,
      notify_others: false,
      remind_hours: 0,
      rules: [],
      quiet_from: null,
      quiet_to: null,
      autostart: true,
      theme: "system",
      contrast: "system",
      ...appearance,
    };
    this.logs = new Map([
      [1, failedCompile()],
      [2, plainLog(1_000_000)],
      [3, plainLog(400, false)],
      [4, plainLog(300)],
      [5, textLog(["ogit fetch", "oHEAD is now at 8c1f2e9"].map((line) => line.slice(1)))],
      [6, textLog(["This file contains any messages produced by compilers."])],
      [7, plainLog(1200)],
    ]);
  }

  /** Answers, or throws a `FakeRefusal`. Times are moved so that the fake's now is now. */
  call(name: string, input: unknown): unknown {
    const all = { ...this.#answers, ...this.tries.answers };
    const answer = (all as Record<string, ((input: unknown) => unknown) | undefined>)[name];
    if (!answer) throw new FakeRefusal("not_found", `there is no command '${name}'`);
    this.asked.push({ name, input });
    return this.#moved(answer(input));
  }

  #order(name: Name, input: unknown): Record<symbol, never> {
    this.orders.push({ name, input });
    this.send({ kind: "overview" });
    return {};
  }

  /** Every instant of the farm, moved to the present. */
  #moved(value: unknown): unknown {
    if (typeof value === "number") return value > NOW - 1e11 && value < NOW + 1e10 ? value + this.#skew : value;
    if (Array.isArray(value)) return value.map((one) => this.#moved(one));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.#moved(one)]));
  }

  #row(builder: number, master = OWN) {
    const row = this.overview.builders.find((one) => one.builder === builder && one.master === master);
    if (!row)
      throw new FakeRefusal(
        "not_found",
        `there is no builder ${builder}`,
        "It may have been removed from the configuration.",
      );
    return row;
  }

  #master(key: string): MasterRow {
    const row = this.masters.find((one) => one.master === key);
    if (!row) throw new FakeRefusal("not_found", `no master '${key}' is joined`);
    return row;
  }

  #worker(worker: number) {
    const row = this.workers.workers.find((one) => one.worker === worker);
    if (!row) throw new FakeRefusal("not_found", `there is no worker ${worker}`);
    return row;
  }

  #orderMasters(name: Name, input: unknown): Record<symbol, never> {
    this.send({ kind: "masters" });
    return this.#order(name, input);
  }

  #lending(lending: number): LendingRow {
    const row = this.lendings.find((one) => one.lending === lending);
    if (!row) throw new FakeRefusal("not_found", `there is no lending ${lending}`);
    return row;
  }

  #lendings() {
    return { now: NOW, lendings: this.lendings.map((row) => ({ ...row })) };
  }

  #lend(name: Name, input: unknown) {
    this.orders.push({ name, input });
    this.send({ kind: "lending" });
  }

  #log(log: number): FakeLog {
    const kept = this.logs.get(log);
    if (!kept) throw new FakeRefusal("not_found", `there is no log ${log}`);
    return kept;
  }

  readonly #answers: Omit<Answers, keyof FakeTries["answers"]> = {
    hello: () => ({
      version: "0.1.0",
      protocol: 1,
      title: this.demo ? "Demo" : "Farm",
      first_run: this.#size === "empty",
      demo: this.demo
        ? {
            folder: "/tmp/outpost-demo/notes",
            story: [
              "A sample repository was made.",
              "A first commit was built: green.",
              "You committed “count the lines”, which does not compile: red, and a notice told you so.",
            ],
            next: "outpost init ~/your-project",
          }
        : null,
      tray: this.#size === "empty" ? "no_host" : "shown",
      dashboard: "http://127.0.0.1:8010/",
    }),
    overview: () => ({ ...this.overview, masters: this.masters }),
    masters: () => ({ now: NOW, masters: this.masters, hints: this.#size === "team" ? [HINT] : [] }),
    look_at: ({ url }) => lookAt(url, this.masters),
    join: (input) => {
      const row = { ...LLVM, master: input.name ?? LOOKED.name, title: LOOKED.title, url: LOOKED.url };
      this.masters = [...this.masters, row];
      this.#orderMasters("join", input);
      return row;
    },
    leave: (input) => {
      this.masters = this.masters.filter((one) => one.master !== input.master);
      return this.#orderMasters("leave", input);
    },
    rename_master: (input) => {
      const row = this.#master(input.master);
      row.master = input.name;
      this.#orderMasters("rename_master", input);
      return row;
    },
    sign_in: (input) => {
      if (input.secret.way === "password" && input.secret.password === "wrong")
        throw new FakeRefusal("forbidden", "llvm does not accept this user name and password.", "Type them again.");
      if (input.secret.way === "password" && input.secret.password === "no keychain" && !input.session_only)
        throw new FakeRefusal(...LOCKED);
      const row = this.#master(input.master);
      Object.assign(row, { user: "ann", signed_out: null, denied: {}, session_only: input.session_only });
      this.#orderMasters("sign_in", input);
      return row;
    },
    sign_out: (input) => {
      const row = this.#master(input.master);
      row.user = null;
      this.#orderMasters("sign_out", input);
      return row;
    },
    reconnect: (input) => {
      this.#orderMasters("reconnect", input);
      return this.#master(input.master);
    },
    schedulers: ({ master }) => ({
      schedulers: [
        { scheduler: 1, name: `${master}: main`, enabled: this.#enabled, asleep: false },
        { scheduler: 2, name: "nightly", enabled: false, asleep: false },
        { scheduler: 3, name: "old", enabled: true, asleep: true },
      ],
    }),
    switch_scheduler: (input) => {
      this.#enabled = input.enabled;
      return this.#order("switch_scheduler", input);
    },
    set_priority: (input) => {
      const row = this.overview.waiting.find((one) => one.request === input.request && one.master === input.master);
      if (row) row.priority = input.priority;
      return this.#order("set_priority", input);
    },
    timeline: (query) => {
      const [from, until] = [query.from - this.#skew, query.until === null ? null : query.until - this.#skew];
      return timeline(this.overview.builders, { ...query, from, until });
    },
    console: (query) =>
      farmConsole(
        this.overview.builders.filter((row) => row.master === query.master),
        query,
      ),
    builder: ({ master, builder, before }) => {
      const row = this.#row(builder, master);
      const newest = Math.min(before ?? Infinity, (row.last[0]?.number ?? 0) + 1) - 1;
      const numbers = Array.from({ length: Math.min(50, Math.max(0, newest)) }, (_, at) => newest - at);
      const builds = numbers.map(
        (number, at) =>
          row.last.find((one) => one.number === number) ?? {
            ...mark(builder, row.name, number, number % 7 ? 0 : 2, (at + 13) * 3_600_000),
            master,
          },
      );
      return {
        row,
        builds,
        more: newest > 50,
        waiting: this.overview.waiting.filter((one) => one.builder === builder && one.master === master),
        steps: ["git", "compile", "test"],
        configured_at: "projects/app.star:12",
      };
    },
    build: (query) => {
      const [builder, number] =
        "build" in query ? [Math.floor(query.build / 1000), query.build % 1000] : [query.builder, query.number];
      const made = buildPage(builder, number, this.#row(builder, query.master).name, this.logs);
      const row = this.#master(query.master);
      const mark = { ...made.mark, master: row.master };
      const page = row.url && `${row.url}#/builders/${builder}/builds/${number}`;
      return { ...made, mark, page, stale: row.stale_since };
    },
    log_lines: ({ log, first, count }) => {
      const kept = this.#log(log);
      const last = Math.min(kept.numLines, first + Math.min(count, 5000));
      const lines = Array.from({ length: Math.max(0, last - first) }, (_, at) => kept.line(first + at));
      return { log, first, lines, num_lines: kept.numLines, complete: kept.complete, kind: kept.kind };
    },
    log_error: ({ log, from, backwards }) => ({
      line: look(this.#log(log), from, backwards, (line) => /error:|ERROR/.test(line)),
    }),
    log_find: ({ log, text, case: exact, from, backwards }) => {
      const fold = (line: string) => (exact ? line : line.toLowerCase());
      return { line: look(this.#log(log), from, backwards, (line) => fold(line).includes(fold(text))) };
    },
    changes: ({ before, mine }) => (this.#size === "empty" ? { changes: [], next: null } : changes(before, mine)),
    force_form: ({ master, scheduler }) =>
      master === OWN ? form() : joinedForm(scheduler, `${this.#master(master).url}#/builders/1/force/release`),
    force: (input) => {
      if (input.values.jobs === "0")
        throw new FakeRefusal("invalid", "The form has problems.", null, { jobs: "at least 1" });
      if (input.values.major === "0")
        throw new FakeRefusal("invalid", "The form has problems.", null, { major: "at least 1" });
      const row = this.#row(input.builder, input.master);
      row.waiting++;
      this.overview.waiting.push({
        master: row.master,
        request: 9100 + this.orders.length,
        builder: row.builder,
        builder_name: row.name,
        submitted_at: NOW,
        reason: "force",
        waits_for: "Waiting for a free worker (2 busy)",
        priority: 0,
      });
      this.#order("force", input);
      return { build_set: 5, request: 9100 };
    },
    stop: (input) => this.#order("stop", input),
    rebuild: (input) => {
      this.#order("rebuild", input);
      return { build_set: 6, request: 9200 };
    },
    cancel: (input) => {
      this.overview.waiting = this.overview.waiting.filter(
        (one) => one.request !== input.request || one.master !== input.master,
      );
      return this.#order("cancel", input);
    },
    projects: () => {
      const all = projects();
      const shown = this.#size === "empty" ? [] : all.projects.filter((one) => one.name !== this.#removed);
      return { ...all, projects: shown };
    },
    folders: ({ path }) => {
      const at = path ?? "/home/ann";
      const folder = (name: string, repository = false, project = false) => ({
        name,
        path: `${at}/${name}`,
        repository,
        project,
      });
      return {
        path: at,
        parent: at === "/" ? null : at.slice(0, at.lastIndexOf("/")) || "/",
        folders: [folder("app", true, true), folder("Documents"), folder("ripgrep", true), folder("work")],
      };
    },
    detect: ({ path }) => {
      if (path.includes("nothing"))
        throw new FakeRefusal(
          "not_found",
          `${path} is not in a git repository.`,
          "Run `git init` there, or choose another folder.",
        );
      return proposal(path);
    },
    add_project: (input) => {
      this.#order("add_project", input);
      return { file: "projects/ripgrep.star", builder: 1, request: 1 };
    },
    remove_project: (input) => {
      this.#removed = input.name;
      return this.#order("remove_project", input);
    },
    restore_project: (input) => {
      this.#removed = undefined;
      return this.#order("restore_project", input);
    },
    configuration: () => ({
      folder: "/home/ann/.config/outpost",
      files: Object.keys(this.#files),
      problems: [],
      stale: false,
      can_undo: this.#before !== undefined,
    }),
    configuration_file: ({ file }) => ({ file, text: this.#files[file] ?? "" }),
    reload_configuration: () => ({ problems: [], changes: [], applied: true }),
    dashboard: () => ({ url: "http://127.0.0.1:8010/?token=once" }),
    check_configuration: ({ text }) => {
      const bad = text.split("\n").findIndex((line) => line.includes("oops"));
      if (bad >= 0) {
        const problem = {
          error: true,
          file: "master.star",
          line: bad + 1,
          column: 1,
          message: "‘oops’ is not defined here.",
          fix: "Define it above, or load it from a file.",
        };
        return { problems: [problem], changes: [], applied: false };
      }
      return {
        problems: [],
        changes: [
          { what: "builder", name: "linux-riscv64", how: "added" },
          { what: "scheduler", name: "nightly", how: "changed" },
        ],
        applied: false,
      };
    },
    apply_configuration: ({ file, text }) => {
      this.#before = [file, this.#files[file] ?? ""];
      this.#files[file] = text;
      this.#order("apply_configuration", { file, text });
      this.send({ kind: "projects" });
      return { problems: [], changes: [{ what: "builder", name: "linux-riscv64", how: "added" }], applied: true };
    },
    undo_configuration: () => {
      if (this.#before) this.#files[this.#before[0]] = this.#before[1];
      this.#before = undefined;
      this.#order("undo_configuration", {});
      this.send({ kind: "projects" });
      return { problems: [], changes: [{ what: "builder", name: "linux-riscv64", how: "removed" }], applied: true };
    },
    settings: () => this.settings,
    save_settings: (input) => {
      this.settings = input;
      this.#order("save_settings", input);
      return input;
    },
    identities: ({ patterns, master }) => {
      const kept = this.settings.identities;
      const mine = master === null ? (patterns ?? kept) : [...kept, ...(patterns ?? [])];
      const authors = PEOPLE.map((author, at) => ({
        author,
        changes: 61 - at * 17,
        mine: mine.some((one) => author.toLowerCase().includes(one.toLowerCase())),
      }));
      const alike = { pattern: "alee", from: "its author alee" };
      if (master !== null) return { proposed: mine.includes("alee") ? [] : [alike], authors };
      return {
        proposed: [
          { pattern: "ann@example.org", from: "git config user.email" },
          { pattern: "Ann Lee", from: "git config user.name" },
        ],
        authors,
      };
    },
    mute: (input) => {
      const row: MuteRow = {
        mute: 50 + this.orders.length,
        scope: input.scope,
        name: input.scope.about === "builder" ? this.#row(input.scope.builder, input.scope.master).name : "everything",
        ends_at: null,
        ends: "until unmuted",
      };
      this.overview.mutes = [...this.overview.mutes, row];
      return this.#order("mute", input);
    },
    unmute: (input) => {
      this.overview.mutes = this.overview.mutes.filter((one) => one.mute !== input.mute);
      return this.#order("unmute", input);
    },
    put_away: (input) => {
      this.overview.away = this.overview.away.filter((one) => one.away !== input.away);
      return this.#order("put_away", input);
    },
    workers: () => this.workers,
    worker: ({ worker }) => {
      const row = this.#worker(worker);
      return {
        now: NOW,
        row,
        facts: row.connected
          ? [
              { name: "basedir", value: "/home/buildbot/worker" },
              { name: "numcpus", value: "8" },
              { name: "os_id", value: "debian" },
              { name: "version", value: "4.3.0" },
            ]
          : [],
        recent: row.builders.flatMap(({ builder, name }) =>
          [46, 45, 44].map((number, at) => mark(builder, name, number, number % 2 ? 2 : 0, (at + 1) * 3_600_000)),
        ),
      };
    },
    order_worker: (input) => {
      const row = this.#worker(input.worker);
      if (input.verb === "pause") Object.assign(row, { paused: true, condition: "paused", words: "paused" });
      if (input.verb === "unpause") Object.assign(row, { paused: false, condition: "idle", words: "idle" });
      row.pause_reason = row.paused ? input.reason : null;
      return this.#order("order_worker", input);
    },
    invite_worker: ({ name }) => {
      if (/[^\w.-]/.test(name)) {
        const why = "a worker's name has 1 to 50 letters, digits, '-', '_' and '.'";
        throw new FakeRefusal("invalid", why, null, { name: why });
      }
      return invitation(name);
    },
    lendings: () => this.#lendings(),
    add_lending: ({ fields }) => {
      if (!/^[\w.:/-]+$/.test(fields.master))
        throw new FakeRefusal("invalid", "this machine cannot be lent like that", null, {
          master: "this is no address",
        });
      const { master, name, builds, nice, session_only } = fields;
      const row = { ...FREE, lending: this.lendings.length + 1, master, name, builds, nice, session_only };
      this.lendings = [...this.lendings, row];
      this.#lend("add_lending", { fields });
      return this.#lendings();
    },
    change_lending: (input) => {
      const { master, name, builds, nice } = input.fields;
      Object.assign(this.#lending(input.lending), { master, name, builds, nice });
      this.#lend("change_lending", input);
      return this.#lendings();
    },
    remove_lending: (input) => {
      this.lendings = this.lendings.filter((one) => one.lending !== input.lending);
      this.#lend("remove_lending", input);
      return {};
    },
    order_lending: (input) => {
      const row = this.lendings.find((one) => one.lending === input.lending);
      const rest = { building: [], since: null, until: null, trouble: null };
      if (row && input.verb === "take_back") Object.assign(row, { condition: "paused", words: "paused", ...rest });
      if (row && input.verb === "resume") Object.assign(row, { condition: "free", words: "waiting for builds" });
      this.#lend("order_lending", input);
      return this.#lendings();
    },
    claim: (input) => {
      const claim = { by: "Ann Lee", mine: true, at: NOW, until: NOW + 86_400_000, shared: input.master === OWN };
      for (const item of this.overview.breaks) if (isOf(item, input)) item.claim = claim;
      this.#row(input.builder, input.master).claimed_by = claim.by;
      this.#order("claim", input);
      return claim;
    },
    unclaim: (input) => {
      for (const item of this.overview.breaks) if (isOf(item, input)) item.claim = null;
      this.#row(input.builder, input.master).claimed_by = null;
      return this.#order("unclaim", input);
    },
    why: ({ build }) =>
      build === null
        ? { sentence: "You are told of breaks of yours.", told: null, facts: [] }
        : {
            sentence: "No notice came: none of its 3 changes is yours.",
            told: false,
            facts: [
              { label: "Blame", text: "Bob Ray and Cleo Diaz", path: "/changes?change=1041" },
              { label: "Rule", text: "your settings", path: "/settings#notices" },
            ],
          },
    notices: () => (this.#size === "empty" ? { notices: [], verdicts: [] } : notices()),
    leaving: () => ({ running: this.overview.running, waiting: this.overview.waiting.length, lent: [] }),
    quit: (input) => this.#order("quit", input),
  };
}

/** Whether a break is of that builder. */
function isOf(item: Overview["breaks"][number], { master, builder }: { master: string; builder: number }): boolean {
  return item.builds.some((one) => one.master === master && one.builder === builder);
}
