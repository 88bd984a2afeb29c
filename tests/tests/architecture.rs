//! The arrows of `ARCHITECTURE.md` point down, and the code keeps to them.

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn metadata() -> Metadata {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    MetadataCommand::new()
        .manifest_path(manifest)
        .exec()
        .expect("cargo metadata answers")
}

/// The rows of the table between two marks: first cell, then the names in the second.
fn table(mark: &str) -> BTreeMap<String, BTreeSet<String>> {
    let map = include_str!("../../ARCHITECTURE.md");
    let begin = format!("<!-- {mark}:begin -->");
    let end = format!("<!-- {mark}:end -->");
    let text = map
        .split_once(&begin)
        .and_then(|(_, rest)| rest.split_once(&end))
        .expect("both marks")
        .0;
    let names = |cell: &str| {
        cell.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    text.lines()
        .filter_map(|line| {
            let mut cells = line.split('|').skip(1);
            Some((names(cells.next()?).into_iter().next()?, names(cells.next()?)))
        })
        .collect()
}

fn uses(package: &Package) -> impl Iterator<Item = &str> {
    package
        .dependencies
        .iter()
        .filter(|d| d.kind != DependencyKind::Development)
        .map(|d| d.name.as_str())
}

#[test]
fn crates_use_only_what_the_map_allows() {
    let metadata = metadata();
    let allowed = table("dependencies");
    let ours: BTreeSet<String> = metadata
        .workspace_packages()
        .iter()
        .map(|p| p.name.to_string())
        .collect();
    assert_eq!(
        ours,
        allowed.keys().cloned().collect(),
        "ARCHITECTURE.md lists every crate, and no other"
    );
    for package in metadata.workspace_packages() {
        for used in uses(package).filter(|name| ours.contains(*name)) {
            assert!(
                allowed[package.name.as_str()].contains(used),
                "{} uses {used}, which ARCHITECTURE.md does not allow",
                package.name
            );
        }
    }
}

#[test]
fn some_libraries_have_one_owner() {
    let metadata = metadata();
    for (library, owners) in table("owners") {
        for package in metadata.workspace_packages() {
            assert!(
                !uses(package).any(|name| name == library) || owners.contains(package.name.as_str()),
                "{} uses {library}, which belongs to {owners:?}",
                package.name
            );
        }
    }
}

/// The resident stays all day; a toolkit in it would cost a hundred megabytes.
#[test]
fn the_resident_has_no_gui_toolkit() {
    let metadata = metadata();
    let resolve = metadata.resolve.as_ref().expect("a resolved graph");
    let name_of: BTreeMap<_, _> = metadata.packages.iter().map(|p| (&p.id, p.name.as_str())).collect();
    let nodes: BTreeMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let cli = metadata
        .packages
        .iter()
        .find(|p| p.name.as_str() == "cli")
        .expect("the crate cli");
    let mut seen = BTreeSet::new();
    let mut next = vec![&cli.id];
    while let Some(id) = next.pop() {
        if !seen.insert(id) {
            continue;
        }
        let name = name_of[id];
        assert!(
            !["gtk", "gtk-sys", "webkit2gtk", "tauri", "wry"].contains(&name),
            "outpost depends on {name}"
        );
        let normal = |kinds: &[cargo_metadata::DepKindInfo]| kinds.iter().any(|k| k.kind == DependencyKind::Normal);
        next.extend(
            nodes[id]
                .deps
                .iter()
                .filter(|dep| normal(&dep.dep_kinds))
                .map(|dep| &dep.pkg),
        );
    }
}
