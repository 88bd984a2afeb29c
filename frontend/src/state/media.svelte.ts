/** Media queries as state. */
import { createSubscriber } from "svelte/reactivity";

class Media {
  readonly #list: MediaQueryList;
  readonly #subscribe: () => void;

  constructor(text: string) {
    this.#list = matchMedia(text);
    this.#subscribe = createSubscriber((update) => {
      this.#list.addEventListener("change", update);
      return () => this.#list.removeEventListener("change", update);
    });
  }

  get matches(): boolean {
    this.#subscribe();
    return this.#list.matches;
  }
}

/** Too narrow for columns side by side. */
export const narrow = new Media("(max-width: 760px)");

/** Room enough for whole sentences beside columns. */
export const wide = new Media("(min-width: 1600px)");
