/** Finding by a few letters. */

/** How well `text` answers `wanted`; `null` when it does not. Higher is better. */
export function score(wanted: string, text: string): number | null {
  const needle = wanted.toLowerCase().replaceAll(/\s+/g, "");
  if (needle === "") return 0;
  const hay = text.toLowerCase();
  const whole = hay.indexOf(needle);
  if (whole >= 0) return 1000 - whole - hay.length / 100 + (startsWord(hay, whole) ? 200 : 0);
  return scattered(needle, hay);
}

/** Every letter in order; letters that begin words and letters side by side count more. */
function scattered(needle: string, hay: string): number | null {
  let points = 0;
  let at = -1;
  for (const letter of needle) {
    const next = hay.indexOf(letter, at + 1);
    if (next < 0) return null;
    points += next === at + 1 ? 8 : startsWord(hay, next) ? 10 : -Math.min(5, next - at);
    at = next;
  }
  return points - hay.length / 100;
}

function startsWord(hay: string, at: number): boolean {
  return at === 0 || /[^a-z0-9]/.test(hay[at - 1] ?? "");
}

/** Those that answer, best first; equals keep their order. */
export function matching<T>(wanted: string, all: readonly T[], text: (item: T) => string): T[] {
  const scored: { item: T; points: number }[] = [];
  for (const item of all) {
    const points = score(wanted, text(item));
    if (points !== null) scored.push({ item, points });
  }
  return scored.sort((a, b) => b.points - a.points).map(({ item }) => item);
}

/** Places of the letters of `text` that answer `wanted`, in order; empty when it does not. */
export function places(wanted: string, text: string): number[] {
  const needle = wanted.toLowerCase().replaceAll(/\s+/g, "");
  const hay = text.toLowerCase();
  const whole = hay.indexOf(needle);
  if (whole >= 0) return Array.from(needle, (_, at) => whole + at);
  let end = -1;
  for (const letter of needle) {
    end = hay.indexOf(letter, end + 1);
    if (end < 0) return [];
  }
  // Back from the end, so that what stands together is told as one.
  const found: number[] = [];
  for (const letter of [...needle].reverse()) {
    end = hay.lastIndexOf(letter, end);
    found.unshift(end--);
  }
  return found;
}
