/** What a log view shows: which rows, where it stands, what was found. Knows nothing of elements. */
import type { Lines } from "../generated/Lines";
import type { Refusal } from "../generated/Refusal";
import { refusalOf, type Host } from "../host/host";
import { LogCache, PAGE } from "../log/cache";
import { findFold, lineOfRow, rowOfLine, rowsOf, type Fold } from "../log/fold";

/** One row of a log. */
export interface LogLine {
  /** From 0. */
  number: number;
  /** `o`, `e` or `h`; empty where there are no streams. */
  stream: string;
  /** `undefined` until it came. */
  text: string | undefined;
  /** How many lines are folded below it. */
  folded: number;
}

function same(one: LogLine, other: LogLine): boolean {
  return one.text === other.text && one.stream === other.stream && one.folded === other.folded;
}

/** A log that is being read. */
export class LogReader {
  /** Grows whenever there is something new to draw. */
  version = $state(0);
  /** What the last search looked for and where it stands. */
  found = $state.raw<string>();
  refusal = $state.raw<Refusal>();
  /** The environment is folded. */
  folded = $state(true);

  readonly #host: Host;
  readonly #master: string;
  readonly #log: number;
  readonly #kind: string;
  readonly #cache: LogCache;
  #fold = $state.raw<Fold>();
  /** The rows given last, by their lines. */
  #given: ReadonlyMap<number, LogLine> = new Map();

  constructor(host: Host, master: string, log: { log: number; kind: string; num_lines: number; complete: boolean }) {
    this.#host = host;
    this.#master = master;
    this.#log = log.log;
    this.#kind = log.kind;
    this.#cache = new LogCache(
      (first, count) => this.#ask(first, count),
      () => this.#came(),
    );
    this.#cache.grown(log.num_lines, log.complete);
    // The head tells what is folded.
    if (this.#kind === "s") this.#cache.want(0, 1);
  }

  get numLines(): number {
    void this.version;
    return this.#cache.numLines;
  }

  get complete(): boolean {
    void this.version;
    return this.#cache.complete;
  }

  get fold(): Fold | undefined {
    return this.folded ? this.#fold : undefined;
  }

  get rows(): number {
    return rowsOf(this.numLines, this.fold);
  }

  rowOf(line: number): number {
    return rowOfLine(line, this.fold);
  }

  /** Asks for the rows if they are not there. */
  want(from: number, to: number): void {
    this.#cache.want(lineOfRow(from, this.fold), lineOfRow(to, this.fold));
  }

  /** The rows `from` to `to` (exclusive). One that shows what it showed before is the same object as before. */
  lines(from: number, to: number): LogLine[] {
    const lines = Array.from({ length: Math.max(0, to - from) }, (_, at) => {
      const line = this.#line(lineOfRow(from + at, this.fold));
      const before = this.#given.get(line.number);
      return before && same(before, line) ? before : line;
    });
    this.#given = new Map(lines.map((line) => [line.number, line]));
    return lines;
  }

  #line(number: number): LogLine {
    const whole = this.#cache.line(number);
    const stream = this.#kind === "s" ? (whole?.[0] ?? "") : "";
    const folded = this.fold && number === this.fold.first ? this.fold.last - this.fold.first : 0;
    return { number, stream, text: this.#kind === "s" ? whole?.slice(1) : whole, folded };
  }

  grown(numLines: number, complete: boolean): void {
    this.#cache.grown(numLines, complete);
    this.version++;
  }

  retry(): void {
    this.refusal = undefined;
    this.#cache.retry();
  }

  /** The line of the next error, or the one before. */
  async error(from: number, backwards: boolean): Promise<number | undefined> {
    const line = await this.#look(() =>
      this.#host.call("log_error", { master: this.#master, log: this.#log, from, backwards }),
    );
    this.found = line === undefined ? `No ${backwards ? "earlier" : "further"} error` : `Error in line ${line + 1}`;
    return line;
  }

  /** The line of the next occurrence; begins again at the other end when there is none. */
  async find(text: string, from: number, backwards: boolean): Promise<number | undefined> {
    const caseMatters = /\p{Lu}/u.test(text);
    const ask = (start: number) =>
      this.#look(() =>
        this.#host.call("log_find", {
          master: this.#master,
          log: this.#log,
          text,
          case: caseMatters,
          from: start,
          backwards,
        }),
      );
    const line = (await ask(from)) ?? (await ask(backwards ? this.numLines : -1));
    this.found = line === undefined ? "Not found" : `Line ${line + 1}`;
    return line;
  }

  async #look(ask: () => Promise<{ line: number | null }>): Promise<number | undefined> {
    try {
      return (await ask()).line ?? undefined;
    } catch (error) {
      this.refusal = refusalOf(error);
      return undefined;
    }
  }

  #ask(first: number, count: number): Promise<Lines> {
    return this.#host.call("log_lines", { master: this.#master, log: this.#log, first, count });
  }

  #came(): void {
    if (this.#cache.failure !== undefined) this.refusal = refusalOf(this.#cache.failure);
    if (this.#kind === "s" && this.#fold === undefined) {
      this.#fold = findFold(
        Array.from({ length: Math.min(PAGE, this.#cache.numLines) }, (_, at) => this.#cache.line(at)),
      );
    }
    this.version++;
  }
}
