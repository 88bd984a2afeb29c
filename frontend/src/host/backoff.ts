/** The first wait after a link was lost, in milliseconds. */
const FIRST = 250;
/** The longest wait; so a program that comes back is found within ten seconds. */
const LONGEST = 8000;

/**
 * How long to wait before try number `attempt` (from 0): doubling, and spread by half
 * so that many pages do not knock at the same moment. `random` is in [0, 1).
 */
export function backoff(attempt: number, random: number): number {
  const full = Math.min(LONGEST, FIRST * 2 ** Math.min(attempt, 10));
  return Math.round(full / 2 + (full / 2) * random);
}
