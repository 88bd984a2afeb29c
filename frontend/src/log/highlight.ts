/** Marks what is searched for, across the borders of colours. */
import type { Span } from "./ansi";

/** A span that may be what was searched for. */
export interface Part extends Span {
  found: boolean;
}

/** Splits spans where `wanted` begins and ends. Capitals matter when it has some. */
export function highlighted(spans: readonly Span[], wanted: string): Part[] {
  if (wanted === "") return spans.map((span) => ({ ...span, found: false }));
  const exact = /\p{Lu}/u.test(wanted);
  const fold = (text: string) => (exact ? text : text.toLowerCase());
  const whole = fold(spans.map((span) => span.text).join(""));
  const needle = fold(wanted);
  const edges: [number, number][] = [];
  for (let at = whole.indexOf(needle); at >= 0; at = whole.indexOf(needle, at + needle.length)) {
    edges.push([at, at + needle.length]);
  }
  const parts: Part[] = [];
  let start = 0;
  for (const span of spans) {
    const end = start + span.text.length;
    let from = start;
    const put = (to: number, found: boolean) => {
      if (to > from) parts.push({ text: span.text.slice(from - start, to - start), style: span.style, found });
      from = Math.max(from, to);
    };
    for (const [begin, stop] of edges) {
      if (stop <= start || begin >= end) continue;
      put(Math.min(begin, end), false);
      put(Math.min(stop, end), true);
    }
    put(end, false);
    start = end;
  }
  return parts;
}
