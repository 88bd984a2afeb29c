/** The builders of all masters, kept by what changed. Pure: the questions are asked in `world.svelte.ts`. */
import type { BuilderRef } from "../generated/BuilderRef";
import type { BuilderRow } from "../generated/BuilderRow";
import type { Overview } from "../generated/Overview";
import { isBroken } from "../words/results";

/** Names a builder among those of all masters. */
export function keyOf(builder: BuilderRef): string {
  return `${builder.master}/${builder.builder}`;
}

/** What was told so far. */
export class Farm {
  readonly #rows = new Map<string, BuilderRow>();
  #version: number | null = null;
  #sorted: BuilderRow[] = [];

  /** What to give as `since`: `null` asks for everything. */
  get version(): number | null {
    return this.#version;
  }

  /** The program may be another one now, whose versions mean something else. */
  forget(): void {
    this.#version = null;
  }

  /** The row of a builder. */
  row(key: string): BuilderRow | undefined {
    return this.#rows.get(key);
  }

  /** Takes an answer in, and gives it with all builders, trouble first. */
  take(answer: Overview): Overview {
    if (answer.whole) this.#rows.clear();
    for (const gone of answer.gone) this.#rows.delete(keyOf(gone));
    for (const row of answer.builders) this.#rows.set(keyOf(row), row);
    this.#version = answer.version;
    if (answer.whole || answer.gone.length || answer.builders.length) {
      this.#sorted = [...this.#rows.values()].sort(troubleFirst);
    }
    return { ...answer, whole: true, gone: [], builders: this.#sorted };
  }
}

const NAMES = new Intl.Collator("en", { numeric: true });

/** What needs me, then what needs somebody, then the rest; within each by name. */
export function troubleFirst(a: BuilderRow, b: BuilderRow): number {
  return rank(a) - rank(b) || NAMES.compare(a.name, b.name) || (a.master < b.master ? -1 : 1);
}

function rank(row: BuilderRow): number {
  const red = isBroken(row.results);
  if (red && row.stale !== null) return 5;
  if (red && row.muted) return 4;
  if (red && row.mine) return 0;
  if (red && row.claimed_by === null && !row.flaky) return 1;
  if (red) return 2;
  return row.blocked !== null ? 3 : 6;
}
