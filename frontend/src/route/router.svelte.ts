/** The address bar as state. Links are real `<a>`; a plain click on one of ours does not reload. */
import { tick } from "svelte";
import { parse } from "./routes";

/** Milliseconds after which a filter is in the address bar. */
const SOON = 150;

class Router {
  #settling = 0;
  #address = $state.raw(new URL(location.href));
  // Each by itself, so that a filter that changes in the address disturbs nobody who only asks for the page.
  /** The address of the window has none on its first page. */
  readonly path = $derived(this.#address.pathname || "/");
  readonly hash = $derived(this.#address.hash);
  /** The page that the path names. */
  readonly page = $derived(parse(this.path));

  /** A filter from the address; empty when it is not there. */
  query(name: string): string {
    return this.#address.searchParams.get(name) ?? "";
  }

  /** Goes to a path, as a link does. */
  go(path: string): void {
    this.#settle();
    const to = new URL(path, location.href);
    if (to.origin !== location.origin || to.href === location.href) return;
    keepScroll();
    const samePage = to.pathname === location.pathname;
    history.pushState(null, "", to);
    this.#address = to;
    if (!samePage) void this.#arrive(0);
  }

  /** Puts another address in the place of this one, without a step in the history. */
  replace(path: string): void {
    clearTimeout(this.#settling);
    const to = new URL(path, location.href);
    history.replaceState(history.state, "", to);
    this.#address = to;
  }

  /**
   * Sets filters in the address; empty ones are left out. The browser hears of it a moment later: it takes its time, and
   * some refuse to be told as often as a person types.
   */
  filter(values: Record<string, string>): void {
    const to = new URL(this.#address);
    for (const [name, value] of Object.entries(values)) {
      if (value === "") to.searchParams.delete(name);
      else to.searchParams.set(name, value);
    }
    this.#address = to;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#settle(), SOON) as unknown as number;
  }

  #settle(): void {
    clearTimeout(this.#settling);
    if (this.#address.href !== location.href) history.replaceState(history.state, "", this.#address);
  }

  /** Listens to clicks and to the back and forward buttons. Called once. */
  start(): void {
    history.scrollRestoration = "manual";
    addEventListener("pagehide", () => this.#settle());
    addEventListener("popstate", () => {
      clearTimeout(this.#settling);
      this.#address = new URL(location.href);
      void this.#arrive(scrollOf(history.state));
    });
    addEventListener("hashchange", () => (this.#address = new URL(location.href)));
    document.addEventListener("click", (event) => {
      const path = ownLink(event);
      if (path === undefined) return;
      event.preventDefault();
      this.go(path);
    });
  }

  async #arrive(top: number): Promise<void> {
    await tick();
    scrollTo(0, top);
    // So that the keyboard and the screen reader start in the new page, not behind it.
    if (top === 0) document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
  }
}

function keepScroll(): void {
  history.replaceState({ top: scrollY }, "");
}

function scrollOf(state: unknown): number {
  return typeof state === "object" && state !== null && "top" in state ? Number(state.top) : 0;
}

/** The path of a plain click on a link of ours; `undefined` leaves the click to the browser. */
function ownLink(event: MouseEvent): string | undefined {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return undefined;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || link.target !== "" || link.hasAttribute("download")) return undefined;
  if (link.origin !== location.origin || link.pathname.startsWith("/api/")) return undefined;
  return link.href;
}

/** The one router of the page. */
export const router = new Router();
