/** What every page needs: who we talk to, the overview, the settings, and whether all that is fresh. */
import { createContext } from "svelte";
import type { BuilderRef } from "../generated/BuilderRef";
import type { BuilderRow } from "../generated/BuilderRow";
import type { MasterRow } from "../generated/MasterRow";
import type { Host, LinkState } from "../host/host";
import { clock } from "./clock.svelte";
import { Farm, keyOf } from "./farm";
import { query, type Query } from "./query.svelte";

/** The commands' version that these pages were made for; `hello` tells the program's. */
export const PROTOCOL = 1;

/** State of the whole program, kept fresh while the page is open. */
export class World {
  readonly host: Host;
  readonly hello: Query<"hello">;
  readonly overview: Query<"overview">;
  readonly settings: Query<"settings">;
  /** How the link is. */
  link = $state.raw<LinkState>("connecting");
  /** Since when it is lost, by this machine's clock. */
  lostAt = $state.raw(0);
  /** Said by the one live region. */
  said = $state.raw("");
  /** The program was ended from this page. */
  ended = $state.raw(false);

  readonly #farm = new Farm();

  constructor(host: Host) {
    this.host = host;
    this.hello = query(host, "hello", () => ({}), ["projects", "overview"]);
    this.overview = query(
      host,
      "overview",
      () => ({ since: null }),
      ["overview", "settings", "masters"],
      () => true,
      async () => this.#farm.take(await host.call("overview", { since: this.#farm.version })),
    );
    this.settings = query(host, "settings", () => ({}), ["settings"]);
    $effect(() => {
      const now = this.overview.value?.now;
      if (now !== undefined) clock.learn(now);
    });
    $effect(() => host.onLink((state) => this.#linked(state)));
    $effect(() => host.on("notice", (notice) => this.say(notice.title)));
  }

  /** The row of a builder, if the overview has it. */
  builder(of: BuilderRef): BuilderRow | undefined {
    return this.builderOf(keyOf(of));
  }

  /** The same by its key. */
  builderOf(key: string): BuilderRow | undefined {
    void this.overview.value;
    return this.#farm.row(key);
  }

  /** All masters; empty until they are known. */
  get masters(): readonly MasterRow[] {
    return this.overview.value?.masters ?? [];
  }

  /** A master by its key. */
  master(key: string): MasterRow | undefined {
    return this.masters.find((row) => row.master === key);
  }

  /** Others than this program's own are joined, so that rows must say whose they are. */
  get several(): boolean {
    return this.masters.length > 1;
  }

  /** Tells the screen reader. */
  say(text: string): void {
    this.said = text;
  }

  #linked(state: LinkState): void {
    if (state === "lost") this.#farm.forget();
    if (state === "lost" && this.link !== "lost") this.lostAt = Date.now();
    if (state === "lost" && this.link === "live") this.say("The connection is lost.");
    if (state === "live" && this.link === "lost") this.say("Connected again.");
    this.link = state;
  }
}

export const [useWorld, provideWorld] = createContext<World>();
