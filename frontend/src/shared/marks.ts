/**
 * The shapes of states, in a box of 16 by 16, what is inside cut out by the even-odd rule. Each is one path, as there are
 * hundreds of them on a page.
 */
import type { State } from "../words/results";

/** A circle as a part of a path. */
function circle(x: number, y: number, radius: number): string {
  const across = 2 * radius;
  return `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${across} 0a${radius} ${radius} 0 1 0 ${-across} 0Z`;
}
function dots(count: number): string {
  const at = (turn: number) => [8 + 6 * Math.cos(turn), 8 + 6 * Math.sin(turn)].map((one) => Number(one.toFixed(2)));
  const turns = Array.from({ length: count }, (_, index) => at((index / count) * 2 * Math.PI));
  return turns.map(([x = 0, y = 0]) => circle(x, y, 0.9)).join("");
}

/** The path of each. */
export const SHAPES: Readonly<Record<State, string>> = {
  success: `${circle(8, 8, 7)}M3.9 9 5.3 7.6 6.95 9.2 10.65 4.95 12.15 6.25 7.05 12.15Z`,
  warnings: "M8 .7 15.9 14.9H.1ZM7 5.2h2v5H7ZM7 11.4h2v2H7Z",
  failure:
    "M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1ZM11.82 10.4 9.41 8 11.82 5.6 10.4 4.18 8 6.59 5.6 4.18 4.18 5.6 " +
    "6.59 8 4.18 10.4 5.6 11.82 8 9.41 10.4 11.82Z",
  exception:
    "M2.5 1.5h11a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1ZM7 3.6h2v6H7ZM7 10.6h2v2H7Z",
  skipped: "M3 6.8h10v2.4H3Z",
  running: "M14.5 8A6.5 6.5 0 1 1 8 1.5V2.6A5.4 5.4 0 1 0 13.4 8ZM8 .6A7.4 7.4 0 0 1 15.4 8H12.6A4.6 4.6 0 0 0 8 3.4Z",
  waiting: circle(8, 8, 6.8) + circle(8, 8, 5.2),
  retry: "M9.2 1.2A6.9 6.9 0 1 0 14.87 8.69L13.07 8.51A5.1 5.1 0 1 1 8.89 2.98ZM9.7 0 14 2.3 9.7 4.6Z",
  cancelled: `${circle(8, 8, 7)}${circle(8, 8, 5.4)}M3.68 11.04 11.04 3.68 12.32 4.96 4.96 12.32Z`,
  unknown: dots(10),
};
