/** A git repository to build, and scripts in it that do as they are told. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Outpost } from "./outpost";

/** Somebody else than the owner. */
export const OTTO = "Otto Other <otto@example.org>";

/** A repository below the resident's home folder. */
export class Repository {
  readonly path: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(outpost: Outpost, name: string) {
    this.path = join(outpost.home, "src", name);
    this.#env = outpost.environment;
    mkdirSync(this.path, { recursive: true });
    this.git("init", "--quiet", "--initial-branch=main");
  }

  /** Writes a file; a text that begins with `#!` makes it executable. */
  write(file: string, text: string): void {
    const path = join(this.path, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    if (text.startsWith("#!")) chmodSync(path, 0o755);
  }

  /** Commits everything; gives the revision. Without an author it is the owner's. */
  commit(message: string, author?: string): string {
    this.git("add", "--all");
    const by = author === undefined ? [] : ["--author", author];
    this.git("commit", "--quiet", "--allow-empty", ...by, "--message", message);
    return this.git("rev-parse", "HEAD");
  }

  git(...words: string[]): string {
    const done = spawnSync("git", ["-C", this.path, ...words], { env: this.#env, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`git ${words.join(" ")}: ${done.stderr}`);
    return done.stdout.trim();
  }
}

/** Lets a step of a build go on when the test says so. */
export class Gate {
  readonly #file: string;

  constructor(outpost: Outpost, name: string) {
    this.#file = join(outpost.home, `gate-${name}`);
  }

  /** The shell command that waits. */
  get wait(): string {
    return `while [ ! -e '${this.#file}' ]; do sleep 0.02; done`;
  }

  open(): void {
    if (!existsSync(this.#file)) writeFileSync(this.#file, "");
  }
}

/** A script. */
export function script(...lines: string[]): string {
  return ["#!/bin/sh", ...lines, ""].join("\n");
}

export const GOOD = script("echo fine");
/** Two errors, with enough around them that both cannot be in view at once. */
export const BAD = script(
  'for i in $(seq 120); do echo "compiling part $i"; done',
  "echo 'main.c:3:7: error: broken on purpose' >&2",
  'for i in $(seq 120); do echo "compiling other part $i"; done',
  "echo 'other.c:9:1: error: broken as well' >&2",
  "exit 1",
);
