//! What `svn status -v --xml` says of each file and folder.

use super::xml::Element;

/// A file or folder of the working copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) path: String,
    /// `normal`, `modified`, `added`, …
    pub(super) item: String,
    /// `none`, `normal`, `modified`, `conflicted`
    pub(super) properties: String,
    /// What it was updated to.
    pub(super) revision: Option<u64>,
    /// In which revision it changed last.
    pub(super) changed: Option<u64>,
    pub(super) is_copied: bool,
    pub(super) is_switched: bool,
    pub(super) is_tree_conflict: bool,
    pub(super) moved_from: Option<String>,
}

impl Node {
    /// Whether it may differ from what the repository has.
    pub(super) fn differs(&self) -> bool {
        let is_plain = matches!(
            self.item.as_str(),
            "normal" | "unversioned" | "external" | "ignored" | "none"
        );
        !is_plain || self.is_copied || self.is_conflict() || self.properties == "modified"
    }

    /// Whether a person has to resolve it.
    pub(super) fn is_conflict(&self) -> bool {
        self.item == "conflicted" || self.properties == "conflicted" || self.is_tree_conflict
    }

    /// Whether the repository has something at its path, in the revision of the working copy.
    pub(super) fn has_base(&self) -> bool {
        self.item == "replaced" || (self.item != "added" && !self.is_copied)
    }
}

/// Reads the nodes.
pub(super) fn read(status: &Element) -> Vec<Node> {
    let targets = status.all("target").chain(status.all("changelist"));
    targets
        .flat_map(|target| target.all("entry"))
        .filter_map(node)
        .collect()
}

fn node(entry: &Element) -> Option<Node> {
    let status = entry.child("wc-status")?;
    let text = |name: &str| status.attribute(name).unwrap_or_default().to_owned();
    let is = |name: &str| status.attribute(name) == Some("true");
    let commit = status.child("commit");
    Some(Node {
        path: entry.attribute("path")?.replace('\\', "/"),
        item: text("item"),
        properties: text("props"),
        revision: status.attribute("revision").and_then(|number| number.parse().ok()),
        changed: commit.and_then(|commit| commit.attribute("revision")?.parse().ok()),
        is_copied: is("copied"),
        is_switched: is("switched"),
        is_tree_conflict: is("tree-conflicted"),
        moved_from: status.attribute("moved-from").map(str::to_owned),
    })
}

/// The revision that a patch of these nodes is against.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) revision: u64,
    /// The lowest and the highest, when no revision is certain to be what the working copy is made from.
    pub(super) mixed: Option<(u64, u64)>,
}

/// Finds it: any revision since the last change of every node, and up to what each was updated to, has the same tree.
pub(super) fn level(nodes: &[Node]) -> Option<Level> {
    let own = || nodes.iter().filter(|node| node.has_base() && !node.is_switched);
    let updated = || own().filter_map(|node| node.revision);
    let (lowest, highest) = (updated().min()?, updated().max()?);
    let changed = own().filter_map(|node| node.changed).max().unwrap_or(0);
    Some(match changed <= lowest {
        true => Level {
            revision: lowest,
            mixed: None,
        },
        false => Level {
            revision: highest,
            mixed: (lowest != highest).then_some((lowest, highest)),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(revision: u64, changed: u64) -> Node {
        Node {
            item: "normal".to_owned(),
            revision: Some(revision),
            changed: Some(changed),
            ..Node::default()
        }
    }

    #[test]
    fn a_mixed_working_copy_is_exact_when_nothing_changed_between() {
        let same = |revision| Some(Level { revision, mixed: None });
        assert_eq!(level(&[node(7, 3), node(7, 7)]), same(7));
        assert_eq!(level(&[node(5, 3), node(7, 4)]), same(5));
        let mixed = Some(Level {
            revision: 7,
            mixed: Some((5, 7)),
        });
        assert_eq!(level(&[node(5, 3), node(7, 6)]), mixed);
        assert_eq!(level(&[]), None);
    }
}
