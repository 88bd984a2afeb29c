/** The master's time, as state. Stands still while the page is hidden. */

class Clock {
  #offset = 0;
  /** The master's time, once a second. */
  second = $state.raw(Date.now());
  /** The master's time, twice a minute, for what is old. */
  minute = $state.raw(Date.now());

  /** Learns the master's clock from an answer that just came. */
  learn(now: number): void {
    this.#offset = now - Date.now();
    // A small difference is the way of the answer, not of the clocks.
    if (Math.abs(this.#offset) < 500) this.#offset = 0;
    this.#tick();
  }

  /** The master's time now. */
  now(): number {
    return Date.now() + this.#offset;
  }

  /** Starts it. Called once. */
  start(): void {
    setInterval(() => {
      if (!document.hidden) this.#tick();
    }, 1000);
    document.addEventListener("visibilitychange", () => this.#tick());
  }

  #tick(): void {
    const now = this.now();
    this.second = now;
    if (Math.abs(now - this.minute) >= 30_000) this.minute = now;
  }
}

/** The one clock of the page. */
export const clock = new Clock();
