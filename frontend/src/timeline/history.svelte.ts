/**
 * What the timeline knows of builds: the past in pieces, asked for as one scrolls there, and what is new from the
 * overview, which every page has.
 */
import type { BuilderRef } from "../generated/BuilderRef";
import type { BuilderRow } from "../generated/BuilderRow";
import type { BuildMark } from "../generated/BuildMark";
import type { Refusal } from "../generated/Refusal";
import type { SilentMaster } from "../generated/SilentMaster";
import type { TimelineBuild } from "../generated/TimelineBuild";
import { refusalOf, type Host } from "../host/host";
import { keyOf } from "../state/farm";

const HOUR = 3_600_000;
/** The first piece. */
const FIRST = 12 * HOUR;
/** A piece is at most this long: what is longer was idle, and is looked for by its end. */
const LONGEST = 8 * 24 * HOUR;

/** Builds of one builder by their ids, and sorted when they are asked for. */
class Column {
  readonly #builds = new Map<number, TimelineBuild>();
  #sorted: readonly TimelineBuild[] | undefined;

  /** Gives whether something is new in it. */
  put(build: TimelineBuild): boolean {
    const known = this.#builds.get(build.build);
    // A build that ended does not run again, however late an older answer comes.
    if (known && (known.complete_at !== null || build.complete_at === null)) return false;
    this.#builds.set(build.build, build);
    this.#sorted = undefined;
    return true;
  }

  /** The one that began last first. */
  get builds(): readonly TimelineBuild[] {
    this.#sorted ??= [...this.#builds.values()].sort((a, b) => b.started_at - a.started_at || b.build - a.build);
    return this.#sorted;
  }
}

const NOTHING: readonly TimelineBuild[] = [];

/** The history of some builders, from a time downwards. */
export class History {
  /** Grows when there is something new. */
  version = $state(0);
  /** All builds that began at this time or later are known. */
  reached = $state.raw(0);
  /** When the newest build before that began; `undefined` when there is none. */
  older = $state.raw<number>();
  loading = $state.raw(false);
  refusal = $state.raw<Refusal>();
  silent = $state.raw<readonly SilentMaster[]>([]);
  /** The first piece is there. */
  ready = $state.raw(false);

  readonly #host: Host;
  readonly #builders: BuilderRef[];
  readonly #until: number | undefined;
  readonly #columns = new Map<string, Column>();
  /** The overview's rows that were taken, to pass over those that did not change. */
  readonly #taken = new Map<string, BuilderRow>();
  #length = FIRST;
  #closed = false;

  /** `until` is the newest time that is shown; the present when absent. No builders are all. */
  constructor(host: Host, builders: BuilderRef[], now: number, until: number | undefined) {
    this.#host = host;
    this.#builders = builders;
    this.#until = until;
    this.reached = until ?? now;
    this.older = this.reached;
    void this.#load(this.reached - FIRST, until ?? null);
  }

  builds(of: BuilderRef): readonly TimelineBuild[] {
    return this.#columns.get(keyOf(of))?.builds ?? NOTHING;
  }

  /** Loads an older piece, unless one is under way or there is none. */
  more(): void {
    if (this.loading || this.refusal || this.older === undefined) return;
    // Where nothing was built for long, the next piece begins where something was.
    const from = Math.min(this.older, this.reached) - this.#length;
    this.#length = Math.min(this.#length * 2, LONGEST);
    void this.#load(from, this.reached);
  }

  /** Tries again, also what may have been missed meanwhile. */
  retry(): void {
    this.refusal = undefined;
    if (this.ready) this.more();
    else void this.#load(this.reached - FIRST, this.#until ?? null);
  }

  /** Asks for the newest part again: something may have been missed. */
  catchUp(now: number): void {
    if (this.#until === undefined && this.ready && !this.loading) void this.#load(now - FIRST, null);
  }

  /** Takes what the overview tells of the present. */
  take(rows: readonly BuilderRow[]): void {
    if (this.#until !== undefined) return;
    let changed = false;
    for (const row of rows) {
      const key = keyOf(row);
      if (this.#taken.get(key) === row) continue;
      this.#taken.set(key, row);
      for (const mark of [...row.last, ...row.running.map((run) => run.mark)]) {
        // Older ones come with their piece, so that no part of the past is shown in holes.
        if (mark.started_at < this.reached && mark.complete_at !== null) continue;
        changed = this.#column(key).put(small(mark)) || changed;
      }
    }
    if (changed) this.version++;
  }

  /** What comes late is not taken any more. */
  close(): void {
    this.#closed = true;
  }

  #column(key: string): Column {
    let column = this.#columns.get(key);
    if (!column) this.#columns.set(key, (column = new Column()));
    return column;
  }

  async #load(from: number, until: number | null): Promise<void> {
    this.loading = true;
    try {
      const answer = await this.#host.call("timeline", { builders: this.#builders, from: Math.floor(from), until });
      if (this.#closed) return;
      for (const column of answer.columns) {
        const kept = this.#column(keyOf(column));
        for (const build of column.builds) kept.put(build);
      }
      if (answer.reached < this.reached) {
        this.reached = answer.reached;
        this.older = answer.older ?? undefined;
      } else if (until !== null) {
        // An answer that reaches no further would be asked for again without end.
        this.older = undefined;
      }
      this.silent = answer.silent;
      this.ready = true;
      this.version++;
    } catch (error) {
      if (!this.#closed) this.refusal = refusalOf(error);
    } finally {
      this.loading = false;
    }
  }
}

function small(mark: BuildMark): TimelineBuild {
  const { build, number, results, started_at, complete_at, mine, state, revision } = mark;
  return { build, number, results, started_at, complete_at, mine, state: results === 0 ? null : state, revision };
}
