//! The files that differ, with what the repository has in their places.

use super::base::Place;
use super::contents::{self, Properties};
use super::status::{Level, Node};
use super::xml;
use crate::working_copy::TakeError;
use crate::working_copy::command::Program;
use crate::working_copy::compare::{LINK, Side};
use crate::working_copy::found::{Differing, Found, Now};
use crate::working_copy::{names, trees};
use std::collections::{BTreeMap, BTreeSet};

/// Finds them, and remarks what no patch has of them.
pub(super) async fn find(
    svn: &Program,
    nodes: &[Node],
    place: &Place,
    level: &Level,
    found: &mut Found,
) -> Result<(), TakeError> {
    let files = without_folders(svn, nodes, found).await?;
    let sources = sources(nodes, &files);
    let sides = sides(svn, &files, &sources, place, level).await?;
    let still = paths_of(nodes, |node| node.differs() && node.item != "deleted");
    let now = contents::properties(svn, &[], &still).await?;
    let other = paths_of(nodes, |node| node.properties == "modified" && node.has_base());
    let before = contents::properties(svn, &["-r", "BASE"], &other).await?;
    other_properties(&other, &before, &now, found);
    for node in files {
        let from = sources.get(node.path.as_str()).cloned();
        let old = sides.get(from.as_ref().unwrap_or(&node.path)).cloned();
        found.differing.push(Differing {
            path: node.path.clone().into_bytes(),
            old,
            from: from.map(String::into_bytes),
            now: now_of(node, &now),
            conflict: node.is_conflict(),
            committed: false,
            huge: None,
        });
    }
    Ok(())
}

fn now_of(node: &Node, properties: &Properties) -> Now {
    match (node.item.as_str(), contents::mode(properties.get(&node.path))) {
        ("deleted", _) => Now::Gone,
        (_, LINK) => Now::OnDisk,
        (_, mode) => Now::OnDiskAs(mode),
    }
}

/// The differing files; folders are made with them, and one that is something else now stops the change.
async fn without_folders<'n>(svn: &Program, nodes: &'n [Node], found: &mut Found) -> Result<Vec<&'n Node>, TakeError> {
    let differing: Vec<&Node> = nodes.iter().filter(|node| node.differs()).collect();
    let paths: Vec<&str> = differing.iter().map(|node| node.path.as_str()).collect();
    let folders = contents::folders(svn, &paths).await?;
    let (folders, files): (Vec<&Node>, Vec<&Node>) =
        differing.into_iter().partition(|node| folders.contains(&node.path));
    let lost = folders.iter().filter(|node| node.item == "obstructed");
    let lost: Vec<Vec<u8>> = lost.map(|node| node.path.clone().into_bytes()).collect();
    if !lost.is_empty() {
        let text = format!("{} is no folder any more.", names::some(&lost));
        found.stop(text, "Tell Subversion so: `svn delete`, then `svn add`.");
    }
    Ok(files)
}

/// Where moved files were, by their paths now.
fn sources<'n>(nodes: &[Node], files: &[&'n Node]) -> BTreeMap<&'n str, String> {
    let moves = moves(nodes);
    let copied = files.iter().filter(|node| node.is_copied && node.item != "replaced");
    copied
        .filter_map(|node| Some((node.path.as_str(), moved(&moves, &node.path)?)))
        .collect()
}

/// The files as the repository has them.
async fn sides(
    svn: &Program,
    files: &[&Node],
    sources: &BTreeMap<&str, String>,
    place: &Place,
    level: &Level,
) -> Result<BTreeMap<String, Side>, TakeError> {
    let (replaced, others): (Vec<&Node>, Vec<&Node>) = files.iter().partition(|node| node.item == "replaced");
    let in_base = others.iter().filter(|node| node.has_base());
    let kept: Vec<&str> = in_base
        .map(|node| node.path.as_str())
        .chain(sources.values().map(String::as_str))
        .collect();
    let replaced: Vec<&str> = replaced.iter().map(|node| node.path.as_str()).collect();
    let mut sides = contents::kept_sides(svn, &kept).await?;
    sides.extend(replaced_sides(svn, &replaced, place, level).await?);
    Ok(sides)
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
    let from = trees::moved(moves, path.as_bytes())?;
    String::from_utf8(from).ok()
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
        let url = format!("{}/{}@{}", place.url, names::percent_encoded(path), level.revision);
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
fn other_properties(paths: &[&str], before: &Properties, now: &Properties, found: &mut Found) {
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
        let text = format!("A property changes, which no patch has: {}.", names::some(&changed));
        found.remark(text, None);
    }
}
