/** The keys of every page. */
import { router } from "../route/router.svelte";
import type { Orders } from "../state/orders.svelte";
import { bind } from "./keys";
import { moveRow } from "./rows";

/** Pages with the letter that goes there after `g`. */
export const PAGES = [
  { path: "/", name: "Now", letter: "n" },
  { path: "/builders", name: "Builders", letter: "b" },
  { path: "/timeline", name: "Timeline", letter: "t" },
  { path: "/console", name: "Console", letter: "o" },
  { path: "/pending", name: "Pending", letter: "q" },
  { path: "/workers", name: "Workers", letter: "k" },
  { path: "/lending", name: "Lending", letter: "l" },
  { path: "/changes", name: "Changes", letter: "c" },
  { path: "/masters", name: "Masters", letter: "m" },
  { path: "/projects", name: "Projects", letter: "p" },
  { path: "/notices", name: "Notices", letter: "w" },
  { path: "/settings", name: "Settings", letter: "s" },
] as const;

/** Binds them; the result takes them away. */
export function bindEverywhere(orders: Orders): () => void {
  return bind("Everywhere", [
    { keys: "/", does: "filter or search", run: focusFilter },
    { keys: "j", does: "next row", run: () => moveRow(1) },
    { keys: "k", does: "previous row", run: () => moveRow(-1) },
    ...PAGES.map(({ path, name, letter }) => ({
      keys: `g ${letter}`,
      does: `go to ${name}`,
      run: () => router.go(path),
    })),
    { keys: "mod+k", does: "find a page, a builder or an order", run: () => orders.ask({ what: "palette" }) },
    { keys: "?", does: "show these keys", run: () => orders.ask({ what: "help" }) },
  ]);
}

function focusFilter(): void {
  const field = document.querySelector<HTMLInputElement>("main [data-filter]");
  field?.focus();
  field?.select();
}
