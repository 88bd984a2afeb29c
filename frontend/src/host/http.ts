/** The host of a browser: HTTP for commands, one WebSocket for events. */
import type { Event } from "../generated/Event";
import { backoff } from "./backoff";
import { Handlers } from "./handlers";
import { Refused, Unreachable, isRefusal } from "./host";
import type { CommandName, EventKind, EventOf, Host, Input, LinkState, Output } from "./host";

const BASE = "/api/outpost/v1";

/** Talks to the server that the page came from. */
export class HttpHost implements Host {
  readonly face = "browser";
  #handlers = new Handlers();
  #attempt = 0;

  constructor() {
    forgetToken();
    this.#connect();
  }

  async call<C extends CommandName>(name: C, input: Input<C>): Promise<Output<C>> {
    const response = await post(`${BASE}/call/${name}`, input);
    const body: unknown = await response.json().catch(() => undefined);
    if (response.ok && body !== undefined) return body as Output<C>;
    throw isRefusal(body) ? new Refused(body) : withoutWords(response.status);
  }

  on<K extends EventKind>(kind: K, handler: (event: EventOf<K>) => void): () => void {
    return this.#handlers.on(kind, handler);
  }

  onLink(handler: (state: LinkState) => void): () => void {
    return this.#handlers.onLink(handler);
  }

  rawLog(log: number): string {
    return `/api/v2/logs/${log}/raw`;
  }

  save(name: string, base64: string): Promise<undefined> {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const address = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
    // The browser has begun to read it by then.
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    return Promise.resolve(undefined);
  }

  close(): void {
    // A browser's tab belongs to the person.
  }

  #connect(): void {
    const address = new URL(`${BASE}/events`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    socket.onopen = () => {
      this.#attempt = 0;
      this.#handlers.link("live");
    };
    socket.onmessage = (message) => {
      this.#handlers.send(JSON.parse(String(message.data)) as Event);
    };
    socket.onclose = () => {
      this.#handlers.link("lost");
      setTimeout(() => this.#connect(), backoff(this.#attempt++, Math.random()));
    };
  }
}

async function post(address: string, input: unknown): Promise<Response> {
  try {
    return await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(input),
    });
  } catch (error) {
    throw new Unreachable(String(error));
  }
}

/** An answer that is not ours, by its status. */
function withoutWords(status: number): Error {
  if (status === 502 || status === 503 || status === 504) return new Unreachable(`status ${status}`);
  if (status === 401 || status === 403) {
    return new Refused({
      code: "forbidden",
      message: "This browser is not signed in to Outpost.",
      hint: "Open the link that `outpost run` prints, or the page from the tray: each holds a token for one use.",
      fields: {},
    });
  }
  return new Refused({
    code: "failed",
    message: `Outpost answered with status ${status} and no reason.`,
    hint: "The page and the program may be of different versions: reload the page.",
    fields: {},
  });
}

/** The one-time token did its work before this page was served; it must not be copied or stay in the history. */
function forgetToken(): void {
  const address = new URL(location.href);
  if (!address.searchParams.has("token")) return;
  address.searchParams.delete("token");
  history.replaceState(history.state, "", address);
}
