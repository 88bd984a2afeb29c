/** Light, dark and contrast: the person's choice, or the system's while it is `system`. */

import { theme } from "./ground.svelte";

interface Appearance {
  theme: string;
  contrast: string;
}

/** Follows the choice, and the system live. The result ends it. */
export function follow(choice: Appearance, root: HTMLElement): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const more = matchMedia("(prefers-contrast: more)");
  const apply = () => {
    root.dataset.theme = resolved(choice.theme, dark.matches ? "dark" : "light");
    root.dataset.contrast = resolved(choice.contrast, more.matches ? "more" : "normal");
    theme.read(root);
  };
  apply();
  dark.addEventListener("change", apply);
  more.addEventListener("change", apply);
  return () => {
    dark.removeEventListener("change", apply);
    more.removeEventListener("change", apply);
  };
}

function resolved(choice: string, system: string): string {
  return choice === "system" ? system : choice;
}
