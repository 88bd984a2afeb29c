/** The keys of every page. */
import { router } from "../route/router.svelte";
import type { Orders } from "../state/orders.svelte";
import type { World } from "../state/world.svelte";
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
  { path: "/try", name: "Try", letter: "y" },
  { path: "/masters", name: "Masters", letter: "m" },
  { path: "/projects", name: "Projects", letter: "p" },
  { path: "/notices", name: "Notices", letter: "w" },
  { path: "/settings", name: "Settings", letter: "s" },
] as const;

/** Binds them; the result takes them away. */
export function bindEverywhere(orders: Orders, world: World): () => void {
  return bind("Everywhere", [
    { keys: "/", does: "filter or search", run: focusFilter },
    { keys: "j", does: "next row", run: () => moveRow(1) },
    { keys: "k", does: "previous row", run: () => moveRow(-1) },
    ...PAGES.map(({ path, name, letter }) => ({
      keys: `g ${letter}`,
      does: `go to ${name}`,
      run: () => router.go(path),
    })),
    { keys: "t", does: "try a change of the project in view", run: () => router.go(tryPath(world)) },
    { keys: "mod+k", does: "find a page, a builder or an order", run: () => orders.ask({ what: "palette" }) },
    { keys: "?", does: "show these keys", run: () => orders.ask({ what: "help" }) },
  ]);
}

/** Where a change of the project in view is put together. */
function tryPath(world: World): string {
  const page = router.page;
  const row = "builder" in page ? world.builder({ master: page.master, builder: page.builder }) : undefined;
  const project = row?.project ?? router.query("project");
  return project ? `/try/new?project=${encodeURIComponent(project)}` : "/try/new";
}

function focusFilter(): void {
  const field = document.querySelector<HTMLInputElement>("main [data-filter]");
  field?.focus();
  field?.select();
}
