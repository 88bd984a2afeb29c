/** The colour that logs stand on, for colours that must be readable there. */

class Theme {
  /** `#rrggbb`. */
  ground = $state.raw("#ffffff");

  /** Reads it anew; called when the theme may have changed. */
  read(root: HTMLElement): void {
    const dark = root.dataset.theme === "dark";
    const more = root.dataset.contrast === "more";
    // The same as `--ground`, which a browser gives only as `light-dark(…)`.
    this.ground = dark ? (more ? "#000000" : "#17181a") : "#ffffff";
  }
}

/** The one theme of the page. */
export const theme = new Theme();
