/** The real resident, in a folder of its own. Looked at from outside only: its standard output, its socket. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Commands } from "../../src/generated/commands";
import type { BuilderRow } from "../../src/generated/BuilderRow";
import type { Overview } from "../../src/generated/Overview";

/** Built by `cargo build -p cli`. */
export const PROGRAM = join(import.meta.dirname, "../../../target/debug/outpost");
/** Debian's, or the one that CHROMIUM names. */
export const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Why these tests cannot run here. */
export function missing(): string | undefined {
  if (!existsSync(CHROMIUM)) return `real pages: ${CHROMIUM} is not installed`;
  if (!existsSync(PROGRAM)) return `real pages: target/debug/outpost is not built (cargo build -p cli)`;
  return undefined;
}

/** How long what must happen may take on a slow machine, in milliseconds. */
export const PATIENCE = 10_000;

/** A resident with its own home folder, whose git says that "Mia Me" commits here. */
export class Outpost {
  /** Prints the dashboard's link, which works once. */
  link = "";
  readonly home: string;
  #child: ChildProcess | undefined;

  private constructor(home: string) {
    this.home = home;
  }

  /** One that does not run yet. */
  static async prepared(folder?: string, owner = "Mia Me"): Promise<Outpost> {
    const home = folder ?? (await mkdtemp(join(tmpdir(), "outpost-")));
    await writeFile(join(home, ".gitconfig"), `[user]\n\tname = ${owner}\n\temail = mia@example.org\n`);
    await mkdir(join(home, "src"));
    return new Outpost(home);
  }

  static async start(): Promise<Outpost> {
    const outpost = await Outpost.prepared();
    await outpost.run();
    return outpost;
  }

  /** Where its pages are, without a slash at the end. */
  get url(): string {
    return new URL(this.link).origin;
  }

  get environment(): NodeJS.ProcessEnv {
    const own = { HOME: this.home, OUTPOST_HOME: join(this.home, "outpost"), GIT_CONFIG_NOSYSTEM: "1" };
    return { ...process.env, OUTPOST_PROFILE: undefined, ...own };
  }

  /** Starts it and waits until it has printed its link; on the port that it had before, if there is one. */
  async run(options: string[] = ["--no-tray"]): Promise<void> {
    const port = this.link === "" ? "0" : new URL(this.link).port;
    const child = spawn(PROGRAM, ["run", "--port", port, ...options], {
      env: this.environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child = child;
    this.link = await printedLink(child);
  }

  /** The command line, which must succeed; gives what it printed. */
  cli(...words: string[]): string {
    const done = spawnSync(PROGRAM, words, { env: this.environment, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`outpost ${words.join(" ")}: ${done.stdout}${done.stderr}`);
    return done.stdout;
  }

  /** Calls a command of the front end over the local socket. */
  call<C extends keyof Commands>(name: C, input: Commands[C]["input"]): Promise<Commands[C]["output"]> {
    const socketPath = join(this.home, "outpost/run/default.sock");
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json", host: "localhost" };
      const path = `/api/outpost/v1/call/${name}`;
      const asked = request({ socketPath, path, method: "POST", headers }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => (text += part));
        answer.on("end", () => {
          if (answer.statusCode === 200) resolve(JSON.parse(text) as Commands[C]["output"]);
          else reject(new Error(`${name}: ${answer.statusCode} ${text}`));
        });
      });
      asked.on("error", reject).end(JSON.stringify(input));
    });
  }

  /** Waits until the overview is as wanted. */
  async until(what: string, wanted: (overview: Overview) => boolean, patience = PATIENCE): Promise<Overview> {
    const deadline = Date.now() + patience;
    for (;;) {
      const overview = await this.call("overview", { since: null });
      if (wanted(overview)) return overview;
      if (Date.now() > deadline) throw new Error(`${what}: it did not come to pass: ${JSON.stringify(overview)}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Waits until the project's repository was looked at for the first time. */
  async watches(project: string, patience = PATIENCE): Promise<void> {
    const deadline = Date.now() + patience;
    for (;;) {
      const { projects } = await this.call("projects", {});
      if (projects.some((row) => row.name === project && row.last_contact !== null)) return;
      if (Date.now() > deadline) throw new Error(`${project} is not watched: ${JSON.stringify(projects)}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Waits until the builder's build of that number is over. */
  async built(builder: string, number: number, patience = PATIENCE): Promise<void> {
    const over = (row: BuilderRow) =>
      row.name === builder && row.last.some((mark) => mark.number === number && mark.complete_at !== null);
    await this.until(`${builder}/${number} is over`, ({ builders }) => builders.some(over), patience);
  }

  /** Ends it without warning. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  /** Ends it as a person would, and removes its folder. */
  async end(): Promise<void> {
    const child = this.#child;
    if (child && child.exitCode === null) {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      await this.call("quit", { how: "stop" }).catch(() => child.kill("SIGKILL"));
      await gone;
    }
    await rm(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function printedLink(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the resident ended at once with ${code}`)));
    if (!child.stdout) throw new Error("its output is a pipe");
    createInterface(child.stdout).on("line", (line) => {
      const link = /http:\/\/\S+token=\S+/.exec(line)?.[0];
      if (link) resolve(link);
    });
  });
}
