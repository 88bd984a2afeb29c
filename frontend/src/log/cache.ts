/** Lines of one log, in pages, as many as memory should hold. Knows nothing of pixels. */
import type { Lines } from "../generated/Lines";

/** Lines in a page. */
export const PAGE = 500;
/** Most characters kept; the pages used longest ago go first. */
const MOST_CHARACTERS = 16_000_000;

/** Gives lines of the log. */
export type Ask = (first: number, count: number) => Promise<Lines>;

interface Kept {
  lines: string[];
  size: number;
}

/** A window on a log of any length. */
export class LogCache {
  /** Lines in the log, as far as it is known. */
  numLines = 0;
  /** No more will come. */
  complete = false;

  readonly #ask: Ask;
  readonly #changed: () => void;
  /** In order of use, oldest first. */
  readonly #pages = new Map<number, Kept>();
  #size = 0;
  #asking = new Set<number>();
  #wanted: [number, number] = [0, 0];
  #failed: unknown;

  constructor(ask: Ask, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  /** Why the last question had no answer; `undefined` when it had one. */
  get failure(): unknown {
    return this.#failed;
  }

  /** Characters held now. */
  get size(): number {
    return this.#size;
  }

  /** The line; `undefined` until it came. */
  line(number: number): string | undefined {
    return this.#pages.get(Math.floor(number / PAGE))?.lines[number % PAGE];
  }

  /** Asks for what is missing of lines `from` to `to` (exclusive), and forgets what was wanted before. */
  want(from: number, to: number): void {
    this.#wanted = [Math.max(0, from), Math.min(to, this.numLines)];
    this.#next();
  }

  /** Hears that the log has grown or ended. */
  grown(numLines: number, complete: boolean): void {
    this.complete ||= complete;
    if (numLines <= this.numLines) return;
    this.numLines = numLines;
    this.#next();
  }

  /** Tries again after a failure. */
  retry(): void {
    this.#failed = undefined;
    this.#next();
  }

  #missing(): number | undefined {
    const [from, to] = this.#wanted;
    for (let page = Math.floor(from / PAGE); page * PAGE < to; page++) {
      const whole = Math.min(PAGE, this.numLines - page * PAGE);
      if ((this.#pages.get(page)?.lines.length ?? 0) < whole && !this.#asking.has(page)) return page;
    }
    return undefined;
  }

  #next(): void {
    // Two at once: a view may straddle a border, and a third would only delay what is wanted next.
    while (this.#asking.size < 2 && this.#failed === undefined) {
      const page = this.#missing();
      if (page === undefined) return;
      void this.#fetch(page);
    }
  }

  async #fetch(page: number): Promise<void> {
    this.#asking.add(page);
    try {
      this.#take(page, await this.#whole(page));
    } catch (error) {
      this.#failed = error;
    }
    this.#asking.delete(page);
    this.#changed();
    this.#next();
  }

  /** A page's lines. Very long ones come in several answers. */
  async #whole(page: number): Promise<Lines> {
    const first = page * PAGE;
    const answer = await this.#ask(first, PAGE);
    const lines = [...answer.lines];
    for (let more = answer; more.lines.length > 0 && lines.length < Math.min(PAGE, more.num_lines - first);) {
      more = await this.#ask(first + lines.length, PAGE - lines.length);
      lines.push(...more.lines);
    }
    return { ...answer, lines };
  }

  #take(page: number, answer: Lines): void {
    const before = this.#pages.get(page);
    this.numLines = Math.max(this.numLines, answer.num_lines);
    this.complete ||= answer.complete;
    if (answer.lines.length === 0 && this.numLines > page * PAGE) {
      // Asking again at once would not end.
      throw new Error(`lines from ${page * PAGE + 1} are missing in the answer`);
    }
    const size = answer.lines.reduce((sum, line) => sum + line.length, 0);
    this.#pages.delete(page);
    this.#pages.set(page, { lines: answer.lines, size });
    this.#size += size - (before?.size ?? 0);
    this.#forget(page);
  }

  #forget(keep: number): void {
    const [from, to] = this.#wanted;
    for (const [page, { size }] of this.#pages) {
      if (this.#size <= MOST_CHARACTERS) return;
      const seen = page * PAGE < to && (page + 1) * PAGE > from;
      if (page === keep || seen) continue;
      this.#pages.delete(page);
      this.#size -= size;
    }
  }
}
