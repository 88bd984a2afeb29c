/** Colours of a diff's lines, made block by block when they come into view. */
import type { TryHunk } from "../../generated/TryHunk";
import { highlighterOf, languageOf, type Highlighter, type Token } from "./syntax";

/** Lines that are coloured at once. What began before a block, such as a long comment, is not known in it. */
const BLOCK = 50;
/** A block with more characters stays plain: nobody reads it, and it would hold up the page. */
const MOST = 10_000;

/** Of one diff. */
export class Colours {
  /** Counts what was loaded, so that lines are drawn again. */
  #loaded = $state(0);
  readonly #highlighters = new Map<string, Highlighter | "loading" | "none">();
  readonly #blocks = new WeakMap<TryHunk, Map<number, (Token[] | undefined)[]>>();

  /** The tokens of a line; `undefined` while it is plain. */
  of(path: string, hunk: TryHunk, at: number): Token[] | undefined {
    void this.#loaded;
    const language = languageOf(path);
    const highlighter = language === undefined ? undefined : this.#highlighter(language);
    if (!highlighter) return undefined;
    const blocks = this.#blocks.get(hunk) ?? new Map<number, (Token[] | undefined)[]>();
    this.#blocks.set(hunk, blocks);
    const number = Math.floor(at / BLOCK);
    const block = blocks.get(number) ?? coloured(hunk, number * BLOCK, highlighter);
    blocks.set(number, block);
    return block[at - number * BLOCK];
  }

  #highlighter(language: string): Highlighter | undefined {
    const known = this.#highlighters.get(language);
    if (known === undefined) void this.#load(language);
    return typeof known === "function" ? known : undefined;
  }

  async #load(language: string): Promise<void> {
    this.#highlighters.set(language, "loading");
    try {
      this.#highlighters.set(language, (await highlighterOf(language)) ?? "none");
      this.#loaded++;
    } catch {
      // Without its colours the text is there all the same.
      this.#highlighters.set(language, "none");
    }
  }
}

/** A block's lines: the old text and the new text each make sense on their own. */
function coloured(hunk: TryHunk, from: number, highlighter: Highlighter): (Token[] | undefined)[] {
  const lines = hunk.lines.slice(from, from + BLOCK);
  if (lines.reduce((sum, { text }) => sum + text.length, 0) > MOST) return [];
  const side = (other: string) => {
    const own = lines.filter(({ sign }) => sign !== other);
    return highlighter(own.map(({ text }) => text).join("\n"))[Symbol.iterator]();
  };
  const [before, after] = [side("+"), side("-")];
  return lines.map(({ sign }) => {
    const old = sign === "+" ? undefined : before.next().value;
    const now = sign === "-" ? undefined : after.next().value;
    return now ?? old;
  });
}
