//! Subversion: the difference between what was checked out and the working copy, from the copy that Subversion keeps.
//!
//! Only what was put in the place of another file is asked of the server, as no copy is kept of what was there.

mod contents;
mod status;
mod xml;

use super::command::Program;
use super::compare::{LINK, Side};
use super::found::{Differing, Found, Now};
use super::{System, TakeError, Taken, Wanted};
use contents::target;
use status::{Level, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::PathBuf;

/// What Subversion ignores without having been told.
const IGNORED: &[u8] =
    b"*.o *.lo *.la *.al .libs *.so *.so.[0-9]* *.a *.pyc *.pyo __pycache__ *.rej *~ #*# .#* .*.swp .DS_Store [Tt]humbs.db";

/// Where the working copy is from.
struct Place {
    /// The repository.
    root: String,
    /// The folder in it, as a URL.
    url: String,
}

/// Takes the change of the working copy at `top`.
pub(super) async fn take(wanted: &Wanted, top: PathBuf) -> Result<Taken, TakeError> {
    let svn = Program::new(System::Svn, "svn", wanted, &top);
    let mut found = Found::new(System::Svn, top);
    found.ignored.add(IGNORED);
    let place = place(&svn, &mut found).await?;
    let words = ["status", "-v", "--xml", "--ignore-externals", "--non-interactive"];
    let said = svn.bytes(&words, &[]).await?;
    let said = xml::read(&said).ok_or_else(|| svn.failed(&words, "it answered something unexpected"))?;
    let nodes = status::read(&said);
    let level = base(&nodes, wanted, &mut found)?;
    newest(&svn, &place, &mut found).await;
    remarks(&nodes, &mut found);
    files(&svn, &nodes, &place, &level, &mut found).await?;
    found.untracked = nodes
        .iter()
        .filter(|node| node.item == "unversioned")
        .map(|node| node.path.clone().into_bytes())
        .collect();
    found.taken(wanted).await
}

/// The repository, and the branch: the path of the working copy in it.
async fn place(svn: &Program, found: &mut Found) -> Result<Place, TakeError> {
    let words = ["info", "--xml", "."];
    let said = svn.bytes(&words, &[]).await?;
    let unclear = || svn.failed(&words, "it answered something unexpected");
    let said = xml::read(&said).ok_or_else(unclear)?;
    let entry = said.child("entry").ok_or_else(unclear)?;
    let root = entry.child("repository").and_then(|place| place.text_of("root"));
    let (Some(root), Some(url)) = (root, entry.text_of("url")) else {
        return Err(unclear());
    };
    found.repository = crate::git::without_password(root);
    let path = url.strip_prefix(root).unwrap_or_default().trim_matches('/');
    let branch = super::names::percent_decoded(path);
    if let Some((above, inside)) = below_trunk(&branch) {
        let text = format!("The working copy is of {inside} in {above}: paths in the change begin there.");
        found.remark(
            text,
            Some("Submit from a working copy of the whole branch if the master builds that."),
        );
    }
    found.branch = Some(branch).filter(|branch| !branch.is_empty());
    Ok(Place {
        root: root.to_owned(),
        url: url.to_owned(),
    })
}

/// The branch and the folder in it, where a path by the usual names leads into one.
fn below_trunk(path: &str) -> Option<(&str, &str)> {
    let mut end = 0;
    let mut parts = path.split('/');
    while let Some(part) = parts.next() {
        end += part.len() + 1;
        if matches!(part, "branches" | "tags") {
            end += parts.next()?.len() + 1;
        } else if part != "trunk" {
            continue;
        }
        return Some((path.get(..end - 1)?, path.get(end..).filter(|rest| !rest.is_empty())?));
    }
    None
}

fn base(nodes: &[Node], wanted: &Wanted, found: &mut Found) -> Result<Level, TakeError> {
    let mut level = status::level(nodes).ok_or_else(|| TakeError::NoBase {
        reason: "nothing here was checked out from a revision".to_owned(),
    })?;
    let own = level.revision;
    if let Some(named) = &wanted.base {
        let number = named.strip_prefix('r').unwrap_or(named).parse();
        level.revision = number.map_err(|_| TakeError::NoRevision(named.clone()))?;
    }
    if level.revision != own {
        let text = format!(
            "The working copy is at revision {own}, not at {}: what differs between them is not part of the change.",
            level.revision
        );
        found.remark(text, Some("`svn update` to the revision that you mean."));
    }
    if let Some((lowest, highest)) = level.mixed {
        let text = format!(
            "The working copy mixes revisions {lowest} to {highest}. The base is {highest}; what others changed since \
             {lowest} in files that you have not updated is not as you have it."
        );
        found.remark(text, Some("`svn update` makes it one revision."));
    }
    found.base.revision = Some(level.revision.to_string());
    let branch = found.branch.as_deref().unwrap_or("the repository");
    found.base.words = format!("revision {} of {branch}", level.revision);
    Ok(level)
}

/// What the server has, when it is a folder of this machine; nothing is asked of a network.
async fn newest(svn: &Program, place: &Place, found: &mut Found) {
    if !place.root.starts_with("file://") {
        return;
    }
    let url: OsString = format!("{}@HEAD", place.url).into();
    let words = ["info", "--show-item", "last-changed-revision", "--no-newline"];
    // A repository that is away costs only this remark.
    let Ok(said) = svn.bytes(&words, &[url]).await else {
        return;
    };
    let newest: Option<u64> = std::str::from_utf8(&said)
        .ok()
        .and_then(|said| said.trim().parse().ok());
    let own = found.base.revision.as_deref().and_then(|own| own.parse().ok());
    let (Some(newest), Some(own)) = (newest, own) else {
        return;
    };
    match newest > own {
        true => found.base.newest = Some(newest.to_string()),
        false => found.base.behind = Some(0),
    }
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

/// The files that differ.
async fn files(
    svn: &Program,
    nodes: &[Node],
    place: &Place,
    level: &Level,
    found: &mut Found,
) -> Result<(), TakeError> {
    let differing: Vec<&Node> = nodes.iter().filter(|node| node.differs()).collect();
    let paths: Vec<&str> = differing.iter().map(|node| node.path.as_str()).collect();
    let folders = contents::folders(svn, &paths).await?;
    let moves = moves(nodes);
    let (folder_nodes, files): (Vec<&Node>, Vec<&Node>) =
        differing.into_iter().partition(|node| folders.contains(&node.path));
    let lost_folders = folder_nodes.iter().filter(|node| node.item == "obstructed");
    let lost_folders: Vec<Vec<u8>> = lost_folders.map(|node| node.path.clone().into_bytes()).collect();
    if !lost_folders.is_empty() {
        let text = format!("{} is no folder any more.", super::names::some(&lost_folders));
        found.stop(text, "Tell Subversion so: `svn delete`, then `svn add`.");
    }
    let sources: BTreeMap<&str, String> = files
        .iter()
        .filter(|node| node.is_copied && node.item != "replaced")
        .filter_map(|node| Some((node.path.as_str(), moved(&moves, &node.path)?)))
        .collect();
    let in_base = files.iter().filter(|node| node.has_base() && node.item != "replaced");
    let kept: Vec<&str> = in_base
        .map(|node| node.path.as_str())
        .chain(sources.values().map(String::as_str))
        .collect();
    let mut sides = kept_sides(svn, &kept).await?;
    let replaced: Vec<&str> = files
        .iter()
        .filter(|node| node.item == "replaced")
        .map(|node| node.path.as_str())
        .collect();
    sides.extend(replaced_sides(svn, &replaced, place, level).await?);
    let still: Vec<&str> = paths_of(nodes, |node| node.differs() && node.item != "deleted");
    let now = contents::properties(svn, &[], &still).await?;
    let before_paths = paths_of(nodes, |node| node.properties == "modified" && node.has_base());
    let before = contents::properties(svn, &["-r", "BASE"], &before_paths).await?;
    other_properties(&before_paths, &before, &now, found);
    for node in files {
        let from = sources.get(node.path.as_str()).cloned();
        let mode = contents::mode(now.get(&node.path));
        let gone = node.item == "deleted";
        found.differing.push(Differing {
            path: node.path.clone().into_bytes(),
            old: sides.get(from.as_ref().unwrap_or(&node.path)).cloned(),
            from: from.map(String::into_bytes),
            now: match (gone, mode) {
                (true, _) => Now::Gone,
                (false, LINK) => Now::OnDisk,
                (false, mode) => Now::OnDiskAs(mode),
            },
            conflict: node.is_conflict(),
            committed: false,
        });
    }
    Ok(())
}

fn paths_of(nodes: &[Node], wanted: impl Fn(&Node) -> bool) -> Vec<&str> {
    let nodes = nodes.iter().filter(|node| wanted(node));
    nodes.map(|node| node.path.as_str()).collect()
}

/// What was moved, from where by its place now.
fn moves(nodes: &[Node]) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let moved = nodes
        .iter()
        .filter_map(|node| Some((&node.path, node.moved_from.as_ref()?)));
    moved
        .map(|(to, from)| (to.clone().into_bytes(), from.clone().into_bytes()))
        .collect()
}

/// Where a file was before it, or a folder above it, was moved.
fn moved(moves: &BTreeMap<Vec<u8>, Vec<u8>>, path: &str) -> Option<String> {
    let from = super::trees::moved(moves, path.as_bytes())?;
    String::from_utf8(from).ok()
}

/// Files of which Subversion keeps a copy, with their modes.
async fn kept_sides(svn: &Program, paths: &[&str]) -> Result<BTreeMap<String, Side>, TakeError> {
    let properties = contents::properties(svn, &["-r", "BASE"], paths).await?;
    let runs = paths.iter().map(|path| vec![target(path)]).collect();
    let answers = svn.each(&["cat", "--non-interactive", "-r", "BASE"], runs).await?;
    let sides = paths.iter().zip(answers).map(|(path, bytes)| {
        let mode = contents::mode(properties.get(*path));
        ((*path).to_owned(), contents::side(mode, bytes))
    });
    Ok(sides.collect())
}

/// Files in whose place others were put: as the server has them.
async fn replaced_sides(
    svn: &Program,
    paths: &[&str],
    place: &Place,
    level: &Level,
) -> Result<BTreeMap<String, Side>, TakeError> {
    let mut sides = BTreeMap::new();
    for path in paths {
        let url = format!(
            "{}/{}@{}",
            place.url,
            super::names::percent_encoded(path),
            level.revision
        );
        let listed = ["proplist", "-v", "--xml", "--non-interactive"];
        let said = svn.bytes(&listed, &[url.clone().into()]).await?;
        let properties = xml::read(&said).unwrap_or_default();
        let names = properties.all("target").flat_map(|target| target.all("property"));
        let names: BTreeMap<String, String> = names
            .filter_map(|property| Some((property.attribute("name")?.to_owned(), String::new())))
            .collect();
        let bytes = svn.bytes(&["cat", "--non-interactive"], &[url.into()]).await?;
        sides.insert((*path).to_owned(), contents::side(contents::mode(Some(&names)), bytes));
    }
    Ok(sides)
}

/// Remarks properties that change and that no patch has.
fn other_properties(paths: &[&str], before: &contents::Properties, now: &contents::Properties, found: &mut Found) {
    let is_carried = |name: &str| matches!(name, "svn:executable" | "svn:special");
    let mut changed = BTreeSet::new();
    for path in paths {
        let (before, now) = (before.get(*path), now.get(*path));
        let names = before.into_iter().chain(now).flat_map(BTreeMap::keys);
        let value = |of: Option<&BTreeMap<String, String>>, name: &str| of.and_then(|of| of.get(name).cloned());
        let others = names.filter(|name| !is_carried(name) && value(before, name) != value(now, name));
        changed.extend(others.map(|name| format!("{name} of {path}").into_bytes()));
    }
    if !changed.is_empty() {
        let changed: Vec<Vec<u8>> = changed.into_iter().collect();
        let text = format!(
            "A property changes, which no patch has: {}.",
            super::names::some(&changed)
        );
        found.remark(text, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_a_branch_is_seen() {
        assert_eq!(below_trunk("trunk"), None);
        assert_eq!(below_trunk("branches/x"), None);
        assert_eq!(below_trunk("p/branches"), None);
        assert_eq!(below_trunk("p/trunk/sub/dir"), Some(("p/trunk", "sub/dir")));
        assert_eq!(below_trunk("branches/x/sub"), Some(("branches/x", "sub")));
        assert_eq!(below_trunk("other/place"), None);
    }
}
