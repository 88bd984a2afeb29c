//! Meson projects.

use super::{Recognised, Tree, recognised, step};

pub(super) fn recognise(tree: &Tree) -> Option<Recognised> {
    if !tree.has("meson.build") {
        return None;
    }
    let steps = vec![
        // On a folder that is set up already, Meson says so and succeeds.
        step("configure", "meson setup build"),
        step("build", "meson compile -C build"),
        step("test", "meson test -C build --print-errorlogs"),
    ];
    recognised("Meson", &["meson.build"], steps)
}
