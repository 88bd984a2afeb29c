/** `j` and `k`: moving the focus through the elements that a page marked with `data-row`. */

/** Moves the focus by one row; when no row has it, to the first that is seen. */
export function moveRow(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main [data-row]")];
  const now = rows.findIndex((row) => row.contains(document.activeElement));
  const next = now >= 0 ? rows[now + by] : (rows.find((row) => row.getBoundingClientRect().top >= 0) ?? rows[0]);
  const target = next?.querySelector<HTMLElement>("[data-primary], a, button");
  target?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}
