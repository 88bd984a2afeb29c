//! Subversion: the difference between what was checked out and the working copy, from the copy that Subversion keeps.
//!
//! Only what was put in the place of another file is asked of the server, as no copy is kept of what was there.

mod base;
mod contents;
mod files;
mod status;
mod xml;

use super::command::Program;
use super::found::Found;
use super::{System, TakeError, Taken, Wanted};
use status::Node;
use std::path::PathBuf;

/// What Subversion ignores without having been told.
const IGNORED: &[u8] =
    b"*.o *.lo *.la *.al .libs *.so *.so.[0-9]* *.a *.pyc *.pyo __pycache__ *.rej *~ #*# .#* .*.swp .DS_Store [Tt]humbs.db";

/// Takes the change of the working copy at `top`.
pub(super) async fn take(wanted: &Wanted, top: PathBuf) -> Result<Taken, TakeError> {
    let svn = Program::new(System::Svn, "svn", wanted, &top);
    let mut found = Found::new(System::Svn, top);
    found.ignored.add(IGNORED);
    let place = base::place(&svn, &mut found).await?;
    let words = ["status", "-v", "--xml", "--ignore-externals", "--non-interactive"];
    let said = svn.bytes(&words, &[]).await?;
    let said = xml::read(&said).ok_or_else(|| svn.failed(&words, "it answered something unexpected"))?;
    let nodes = status::read(&said);
    let level = base::level(&nodes, wanted, &mut found)?;
    base::newest(&svn, &place, &mut found).await;
    remarks(&nodes, &mut found);
    files::find(&svn, &nodes, &place, &level, &mut found).await?;
    found.untracked = nodes
        .iter()
        .filter(|node| node.item == "unversioned")
        .map(|node| node.path.clone().into_bytes())
        .collect();
    found.taken(wanted).await
}

fn remarks(nodes: &[Node], found: &mut Found) {
    let names = |wanted: &dyn Fn(&Node) -> bool| -> Vec<Vec<u8>> {
        let nodes = nodes.iter().filter(|node| wanted(node));
        nodes.map(|node| node.path.clone().into_bytes()).collect()
    };
    let some = super::names::some;
    let switched = names(&|node| node.is_switched);
    if !switched.is_empty() {
        let text = format!(
            "{} is switched to another branch: a master has the base's.",
            some(&switched)
        );
        found.remark(text, None);
    }
    let externals = names(&|node| node.item == "external");
    if !externals.is_empty() {
        let text = format!(
            "{} is an external: changes inside are not part of the change.",
            some(&externals)
        );
        found.remark(text, None);
    }
    let incomplete = names(&|node| node.item == "incomplete");
    if !incomplete.is_empty() {
        let text = format!("{} was not checked out completely.", some(&incomplete));
        found.stop(text, "Run `svn update`.");
    }
}
