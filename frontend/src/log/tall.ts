/**
 * Scrolling something taller than a browser can make an element.
 *
 * Small movements go pixel by pixel; a jump of the scroll bar goes by proportion. Pure, so that it can be tested.
 */

/** Browsers end somewhere between 17 and 33 million pixels. */
export const TALLEST = 8_000_000;

/** Heights in pixels. */
export interface Heights {
  /** Of everything. */
  content: number;
  /** Of what is seen. */
  view: number;
}

/** Height of the element that makes the scroll bar. */
export function elementHeight({ content }: Heights): number {
  return Math.min(content, TALLEST);
}

function ranges({ content, view }: Heights): { real: number; native: number } {
  return {
    real: Math.max(0, content - view),
    native: Math.max(0, elementHeight({ content, view }) - view),
  };
}

/** Where the scroll bar stands when the view begins at `top` of the content. */
export function nativeOf(top: number, heights: Heights): number {
  const { real, native } = ranges(heights);
  if (real === native) return top;
  return real === 0 ? 0 : (top / real) * native;
}

/** Where the view begins after the scroll bar moved from `before` to `after`, when it began at `top`. */
export function moved(top: number, before: number, after: number, heights: Heights): number {
  const { real, native } = ranges(heights);
  if (real === native) return after;
  const clamp = (value: number) => Math.min(real, Math.max(0, value));
  if (after <= 0) return 0;
  if (after >= native) return real;
  if (Math.abs(after - before) <= heights.view * 2) return clamp(top + after - before);
  return clamp((after / native) * real);
}
