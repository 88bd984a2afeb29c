/** The host of the window: everything is passed on to the resident by the window's program. */
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Event } from "../generated/Event";
import { Handlers } from "./handlers";
import { Refused, Unreachable, isRefusal } from "./host";
import type { CommandName, EventKind, EventOf, Host, Input, LinkState, Output } from "./host";

/** Asks the window's program itself. */
async function asked<T>(name: string, input: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(name, input);
  } catch (error) {
    throw isRefusal(error) ? new Refused(error) : error;
  }
}

/** Talks to the window's program. */
export class TauriHost implements Host {
  readonly face = "window";
  #handlers = new Handlers();

  /** Resolves when events are heard, so that none falls between the first question and the first event. */
  static async start(): Promise<TauriHost> {
    const host = new TauriHost();
    await listen<Event>("outpost", ({ payload }) => host.#handlers.send(payload));
    await listen<LinkState>("outpost-link", ({ payload }) => host.#handlers.link(payload));
    host.#handlers.link(await invoke<LinkState>("link"));
    return host;
  }

  async call<C extends CommandName>(name: C, input: Input<C>): Promise<Output<C>> {
    try {
      return await invoke<Output<C>>("call", { name, input });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      throw error.code === "unreachable" ? new Unreachable(error.message) : new Refused(error);
    }
  }

  on<K extends EventKind>(kind: K, handler: (event: EventOf<K>) => void): () => void {
    return this.#handlers.on(kind, handler);
  }

  onLink(handler: (state: LinkState) => void): () => void {
    return this.#handlers.onLink(handler);
  }

  rawLog(): undefined {
    return undefined;
  }

  logPage(document: string): Promise<string> {
    return asked<string>("log_page", { document });
  }

  async signInAt(page: string): Promise<string | undefined> {
    return (await asked<string | null>("sign_in", { page })) ?? undefined;
  }

  save(name: string, base64: string): Promise<string> {
    return asked<string>("save", { name, base64 });
  }

  close(): void {
    void invoke("close");
  }
}
