/** Who hears which events. Shared by both hosts. */
import type { Event } from "../generated/Event";
import type { EventKind, EventOf, LinkState } from "./host";

/** Handlers of events and of the link's state. */
export class Handlers {
  #events = new Map<EventKind, Set<(event: Event) => void>>();
  #links = new Set<(state: LinkState) => void>();
  #link: LinkState = "connecting";

  on<K extends EventKind>(kind: K, handler: (event: EventOf<K>) => void): () => void {
    const all = this.#events.get(kind) ?? new Set();
    this.#events.set(kind, all);
    // `send` gives each handler only events of the kind that it asked for.
    const typed = handler as (event: Event) => void;
    all.add(typed);
    return () => all.delete(typed);
  }

  onLink(handler: (state: LinkState) => void): () => void {
    this.#links.add(handler);
    handler(this.#link);
    return () => this.#links.delete(handler);
  }

  send(event: Event): void {
    for (const handler of this.#events.get(event.kind) ?? []) handler(event);
  }

  link(state: LinkState): void {
    if (state === this.#link) return;
    this.#link = state;
    for (const handler of this.#links) handler(state);
  }
}
