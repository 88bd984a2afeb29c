/** Tries of the farm: working copies with changes, where they can go, and what became of those that were sent. */
import type { Commands } from "../../src/generated/commands";
import type { Event } from "../../src/generated/Event";
import type { Overview } from "../../src/generated/Overview";
import type { TryAccess } from "../../src/generated/TryAccess";
import type { TryBuild } from "../../src/generated/TryBuild";
import type { TryChange } from "../../src/generated/TryChange";
import type { TryPreset } from "../../src/generated/TryPreset";
import type { TryRow } from "../../src/generated/TryRow";
import type { TrySubmit } from "../../src/generated/TrySubmit";
import { changeOf, diffOf, FOLDERS, PATCH } from "./try-changes";
import { NOW, type Size } from "./farm";
import { FakeRefusal } from "./refusal";
import { targetsOf } from "./try-targets";

type TryCommand = {
  [C in keyof Commands]: C extends `${string}try${string}` | "tries" ? C : never;
}[keyof Commands];
type Answers = { [C in TryCommand]: (input: Commands[C]["input"]) => Commands[C]["output"] };

const MINUTE = 60_000;

/** A builder that waits. */
export function waitingBuild(builder: string): TryBuild {
  return {
    ...{ builder, path: null, number: null, state: "waiting", words: "Waiting for a free worker (12 busy)" },
    ...{ applied: "unknown", started_at: null, ended_at: null, expected_at: null },
    ...{ against_base: "unknown", base_words: null },
  };
}

/** A builder that has ended, or runs. */
export function tryBuild(builder: string, state: string, more: Partial<TryBuild> = {}): TryBuild {
  const running = state === "running";
  return {
    ...{ builder, path: "/masters/llvm/builders/1/builds/45", number: 45, state, applied: "applied" },
    words: running ? "compile (3 of 7)" : state === "failure" ? "test: 2 of 812 failed" : "build successful",
    ...{ started_at: NOW - 4 * MINUTE, ended_at: running ? null : NOW - MINUTE },
    ...{ expected_at: running ? NOW + 3 * MINUTE : null, against_base: "same", base_words: null },
    ...more,
  };
}

/** A try that was sent. */
export function tryRow(id: number, more: Partial<TryRow> = {}): TryRow {
  return {
    ...{ id, project: "app", root: "/home/ann/app", target: "llvm/pb", master: "llvm", title: "LLVM Buildbot" },
    ...{ way: "pb", state: "ended", words: "Ended: 1 of 3 builders failed", hint: null, applied: "applied" },
    ...{ results: "failure", submitted_at: NOW - id * 7 * MINUTE, ended_at: NOW - MINUTE, branch: "main" },
    ...{ base: "8c1f2e9a7b6d5c4e3f2a1b0c9d8e7f6a5b4c3d2e", comment: "parser: accept an empty group", files: 7 },
    ...{ bytes: 18_432, properties: {}, builders: [], repeats: null },
    ...{ can_cancel: false, can_repeat_failed: false, push: { state: "no", reason: null } },
    ...more,
  } as TryRow;
}

function history(): TryRow[] {
  return [
    tryRow(16, {
      ...{ submitted_at: NOW - 3 * MINUTE, state: "running", words: "Running: 1 of 3 builders ended", results: null },
      ...{ ended_at: null, can_cancel: true, comment: "store: keep the index in one transaction" },
      properties: { jobs: "8", mode: "quick" },
      builders: [
        tryBuild("clang-linux-tests", "running", { ended_at: null }),
        waitingBuild("clang-windows-x86_64"),
        tryBuild("clang-docs", "success"),
      ],
    }),
    tryRow(15, {
      can_repeat_failed: true,
      builders: [
        tryBuild("clang-linux-tests", "failure", { against_base: "new", base_words: "New failure: #44 was green" }),
        tryBuild("clang-macos-arm64", "failure", {
          ...{ against_base: "known", base_words: "Fails on the base too, since #812" },
          words: "compile: lld: error: undefined symbol: llvm::Pass::anchor()",
        }),
        tryBuild("clang-docs", "success"),
      ],
    }),
    tryRow(14, {
      ...{ applied: "not_applied", words: "The change does not fit at LLVM Buildbot", results: "failure" },
      hint: "Take the newest base into your working copy, and try it again.",
      can_repeat_failed: true,
      builders: [tryBuild("clang-linux-tests", "failure", { applied: "not_applied", words: "patch: hunk 2 failed" })],
    }),
    tryRow(13, {
      ...{ words: "Everything is green", results: "success", push: { state: "ready", to: "origin main" } },
      ...{ target: "bundled", master: "bundled", title: "Farm", way: "desk", comment: "docs: the new option" },
      builders: [tryBuild("linux-tests", "success", { path: "/builders/1/builds/46" })],
    }),
    tryRow(12, {
      ...{
        state: "refused",
        words: "Wrong name or password at ci.example.org:8031",
        results: null,
        applied: "unknown",
      },
      ...{ hint: "Say how changes get there again.", ended_at: null },
    }),
    tryRow(11, {
      ...{ state: "queued", words: "Waits for Team of the long-named product", results: null, applied: "unknown" },
      ...{ title: "Team of the long-named product", master: "team", target: "team/pb", can_cancel: true },
      ended_at: null,
    }),
  ];
}

/** What the fake knows of tries. */
export class FakeTries {
  rows: TryRow[];
  submitted: TrySubmit[] = [];
  presets: TryPreset[] = [
    {
      ...{ name: "quick", shared: true },
      values: {
        target: "llvm/pb",
        builders: ["clang-lint*", "clang-docs"],
        properties: { mode: "quick" },
        untracked: [],
      },
    },
    {
      name: "all linux",
      shared: false,
      values: { target: null, builders: ["*linux*"], properties: {}, untracked: [] },
    },
  ];
  access: TryAccess = {
    ...{ master: "llvm", way: null, address: "", user: "ann", has_password: false, session_only: false, port: null },
    ...{ jobdir: "", ssh: "", buildbotbin: "", job_limit: null, found_in: null },
  };
  readonly #size: Size;
  readonly #overview: () => Overview;
  readonly #send: (event: Event) => void;
  readonly #order: (name: TryCommand, input: unknown) => void;

  constructor(
    size: Size,
    overview: () => Overview,
    send: (event: Event) => void,
    order: (name: TryCommand, input: unknown) => void,
  ) {
    this.#size = size;
    this.#overview = overview;
    this.#send = send;
    this.#order = order;
    this.rows = size === "team" ? history() : [];
  }

  /** Changes a try, and tells it. */
  change(id: number, more: Partial<TryRow>): void {
    this.rows = this.rows.map((row) => (row.id === id ? { ...row, ...more } : row));
    this.#send({ kind: "tries" });
  }

  #row(id: number): TryRow {
    const row = this.rows.find((one) => one.id === id);
    if (!row) throw new FakeRefusal("not_found", `there is no try ${id}`, "It may have been forgotten.");
    return row;
  }

  #change(folder: string): TryChange {
    return { ...changeOf(folder), presets: this.presets };
  }

  #add(row: TryRow): TryRow {
    this.rows = [row, ...this.rows];
    this.#send({ kind: "tries" });
    return row;
  }

  #next(): number {
    return Math.max(16, ...this.rows.map(({ id }) => id)) + 1;
  }

  readonly answers: Answers = {
    tries: ({ project, before, limit }) => {
      const all = this.rows.filter(
        (row) => (project === null || row.project === project) && row.id < (before ?? Infinity),
      );
      const tries = all.slice(0, limit ?? 50);
      const folders = this.#size === "empty" ? [] : FOLDERS;
      return { now: NOW, tries, more: all.length > tries.length, folders };
    },
    try_look: (input) => {
      this.#order("try_look", input);
      return this.#change(input.folder);
    },
    try_of_build: (input) => ({
      ...this.#change("/home/ann/app"),
      from: { what: "build", master: input.master, build: input.build, title: `${input.master}/clang-linux-tests #45` },
      files: [],
      untracked: [],
    }),
    try_diff: ({ change, file, untracked }) => diffOf(change, file, untracked),
    try_targets: ({ change }) => ({ targets: targetsOf(change, this.#overview()) }),
    try_preview: (input) => ({
      words: "By Perspective Broker to ci.llvm.example:8031 as ann",
      ...{ bytes: 18_432, patch: PATCH, level: 1 },
      job: {
        ...{ branch: "main", revision: "8c1f2e9a7b", who: input.who ?? "Ann Lee <ann@example.org>" },
        ...{ comment: input.comment, builders: input.builders.join(", ") },
      },
    }),
    try_submit: (input) => {
      this.#order("try_submit", input);
      if (input.comment === "wrong")
        throw new FakeRefusal("invalid", "This cannot be tried like that.", null, {
          "properties.bad": "a property's name has letters, digits and _",
          builders: "clang-docs takes no tries",
          comment: "say what it is for",
        });
      this.submitted.push(input);
      const queued = input.target.startsWith("team");
      return this.#add(
        tryRow(this.#next(), {
          ...{
            state: queued ? "queued" : "waiting",
            words: queued ? "Waits for the master" : "Waiting for a free worker",
          },
          ...{ comment: input.comment, results: null, applied: "unknown", ended_at: null, submitted_at: NOW },
          ...{ can_cancel: true, builders: input.builders.map(waitingBuild) },
        }),
      );
    },
    try_row: ({ id }) => this.#row(id),
    try_patch: () => ({ text: PATCH, base64: Buffer.from(PATCH).toString("base64"), level: 1 }),
    try_repeat: (input) => {
      this.#order("try_repeat", input);
      const old = this.#row(input.id);
      const builders = old.builders.filter(({ state }) => !input.only_failed || state === "failure");
      return this.#add({
        ...old,
        ...{ id: this.#next(), repeats: input.id, state: "waiting", words: "Waiting for a free worker", results: null },
        ...{ applied: "unknown", can_cancel: true, can_repeat_failed: false, ended_at: null, submitted_at: NOW },
        builders: builders.map(({ builder }) => waitingBuild(builder)),
      });
    },
    try_cancel: (input) => {
      this.#order("try_cancel", input);
      this.change(input.id, { state: "cancelled", words: "Taken back by you", can_cancel: false });
      return this.#row(input.id);
    },
    try_push_plan: (input) => ({
      to: "origin main",
      commit: null,
      parent: "8c1f2e9a7b3d4e5f60718293a4b5c6d7e8f90a1b",
      message: this.#row(input.id).comment,
    }),
    try_push: (input) => {
      this.#order("try_push", input);
      this.change(input.id, {
        push: { state: "done", commit: "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d", to: "origin main" },
      });
      return this.#row(input.id);
    },
    try_forget: (input) => {
      this.#order("try_forget", input);
      this.rows = this.rows.filter(({ id }) => id !== input.id);
      return {};
    },
    save_try_preset: (input) => {
      this.#order("save_try_preset", input);
      this.presets = [...this.presets.filter(({ name }) => name !== input.preset.name), input.preset];
      return { presets: this.presets };
    },
    remove_try_preset: (input) => {
      this.#order("remove_try_preset", input);
      this.presets = this.presets.filter(({ name }) => name !== input.name);
      return { presets: this.presets };
    },
    try_access: ({ master }) => ({ ...this.access, master }),
    set_try_access: (input) => {
      if (input.password === "wrong")
        throw new FakeRefusal("forbidden", "llvm does not accept this user name and password.", "Type them again.", {
          password: "it is not the one of ann",
        });
      this.#order("set_try_access", input);
      this.access = { ...input.access, has_password: input.password !== null };
      this.#send({ kind: "tries" });
      return this.access;
    },
  };
}
