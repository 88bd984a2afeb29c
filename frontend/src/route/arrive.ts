/** Shows the section that the address names, once it is there and whenever the address names it. */
import { router } from "./router.svelte";

/** An attachment for a section with an id. */
export function arrive(section: HTMLElement): void {
  if (router.hash === `#${section.id}`) section.scrollIntoView();
}
