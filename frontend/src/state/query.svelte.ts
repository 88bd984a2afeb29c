/** What a page shows, asked for again whenever it may have changed. */
import { untrack } from "svelte";
import type { Event } from "../generated/Event";
import type { Refusal } from "../generated/Refusal";
import type { CommandName, EventKind, Host, Input, Output } from "../host/host";
import { Unreachable, refusalOf } from "../host/host";

/** The last answers, so that a page that was seen before is there at once. Oldest first. */
const seen = new Map<string, unknown>();
const MOST_SEEN = 40;

function remember(key: string, value: unknown): void {
  seen.delete(key);
  seen.set(key, value);
  const oldest = seen.keys().next().value;
  if (seen.size > MOST_SEEN && oldest !== undefined) seen.delete(oldest);
}

/** A standing question. */
export class Query<C extends CommandName> {
  /** The last answer; stays while the next is awaited or fails. */
  value = $state.raw<Output<C>>();
  /** Why there is no newer answer. */
  refusal = $state.raw<Refusal>();
  /** When `value` came, by this machine's clock. */
  at = $state.raw(0);

  readonly #name: C;
  readonly #answer: (input: Input<C>) => Promise<Output<C>>;
  #input: Input<C> | undefined;
  #key = "";
  #asking = false;
  #again = false;

  /** `answer` asks in another way than by just calling the command. */
  constructor(host: Host, name: C, answer = (input: Input<C>) => host.call(name, input)) {
    this.#name = name;
    this.#answer = answer;
  }

  /** Asks for something, at first for what was answered the last time. `undefined` asks for nothing. */
  want(input: Input<C> | undefined): void {
    const key = `${this.#name} ${JSON.stringify(input)}`;
    if (key === this.#key) return;
    this.#key = key;
    this.#input = input;
    this.refusal = undefined;
    this.value = seen.get(key) as Output<C> | undefined;
    void this.ask();
  }

  /** Asks again. Questions that come while one is under way become one. */
  async ask(): Promise<void> {
    if (this.#input === undefined) return;
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    do {
      this.#again = false;
      await this.#once();
    } while (this.#again);
    this.#asking = false;
  }

  async #once(): Promise<void> {
    const key = this.#key;
    const input = this.#input;
    if (input === undefined) return;
    try {
      const value = await this.#answer(input);
      remember(key, value);
      if (key !== this.#key) return;
      this.at = Date.now();
      this.value = value;
      this.refusal = undefined;
    } catch (error) {
      if (key !== this.#key) return;
      // What is shown stays: the link's own state says that it is stale.
      if (error instanceof Unreachable && this.value !== undefined) return;
      this.refusal = refusalOf(error);
    } finally {
      if (key !== this.#key) this.#again = true;
    }
  }
}

/**
 * A standing question of a component: asks when `input` changes, when one of `kinds` of events comes for which
 * `concerns` holds, and when the link is back. Ends with the component.
 */
export function query<C extends CommandName>(
  host: Host,
  name: C,
  input: () => Input<C> | undefined,
  kinds: readonly EventKind[] = [],
  concerns: (event: Event, value: Output<C> | undefined) => boolean = () => true,
  answer?: (input: Input<C>) => Promise<Output<C>>,
): Query<C> {
  const asked = new Query(host, name, answer);
  $effect.pre(() => {
    const wanted = input();
    untrack(() => asked.want(wanted));
  });
  $effect(() => {
    const ends = kinds.map((kind) =>
      host.on(kind, (event) => {
        if (untrack(() => concerns(event, asked.value))) void asked.ask();
      }),
    );
    let first = true;
    ends.push(
      host.onLink((state) => {
        if (state === "live" && !first) void asked.ask();
        first = false;
      }),
    );
    return () => ends.forEach((end) => end());
  });
  return asked;
}
