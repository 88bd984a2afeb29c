//! The usual four steps of the GNU build system (S-166).

use super::{Recognised, Tree, recognised, step};

pub(super) fn recognise(tree: &Tree) -> Option<Recognised> {
    let file = tree.first(&["configure.ac", "configure.in", "configure"])?;
    if file == "configure" && tree.first(&["Makefile.in", "Makefile.am"]).is_none() {
        return None;
    }
    let mut steps = Vec::new();
    if !tree.has("configure") {
        let prepare = if tree.has_executable("autogen.sh") {
            "NOCONFIGURE=1 ./autogen.sh"
        } else {
            "autoreconf --install"
        };
        steps.push(step("prepare", prepare));
    }
    steps.push(step("configure", "./configure"));
    steps.push(step("build", "make"));
    steps.push(step("test", "make check"));
    recognised("Autotools", &[file], steps)
}
