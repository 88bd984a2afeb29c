/** What a cell of the console shows, in words. Pure. */
import type { ConsoleCell } from "../generated/ConsoleCell";
import { counted } from "../words/people";
import { stateOf, word } from "../words/results";
import { duration, relative } from "../words/time";

/** Everything that the cell of a builder shows. */
export function told(name: string, cell: ConsoleCell, now: number): string {
  const state = word(stateOf(cell.results, "running"));
  const rows = cell.bottom - cell.top + 1;
  const parts = [
    `${name} #${cell.number}`,
    cell.results === 0 ? state : `${state}: ${cell.state}`,
    `${cell.complete_at === null ? "for" : "took"} ${duration((cell.complete_at ?? now) - cell.started_at)}`,
    relative(cell.complete_at ?? cell.started_at, now),
  ];
  if (rows > 1) parts.push(`${rows} changes here`);
  if (cell.before) parts.push(`repeats ${counted(cell.before, "build")}`);
  return parts.filter(Boolean).join(", ");
}
