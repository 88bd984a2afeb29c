//! Builders that flip without changes: the same tree was green and red.

use crate::happening::FinishedBuild;
use crate::last_few::push_newest;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Trees of which the result is remembered: whoever repeats a build does so soon.
const TREES: usize = 8;
/// Builds in a row without a flip after which a builder is trusted again.
const TRUSTED_AFTER: u8 = 10;

/// What a builder said of the trees that it built last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Trees {
    last: VecDeque<Tree>,
    flip: Option<Flip>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Tree {
    /// A hash: the text of a tree can be long, and to compare is all that is needed.
    name: u64,
    number: i64,
    green: bool,
}

/// Two builds of one tree that disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flip {
    /// The green one.
    pub green: i64,
    /// The red one.
    pub red: i64,
    /// Builds that ended since.
    since: u8,
}

impl Flip {
    /// `builds #4 and #5 of the same revision disagree`
    pub(crate) fn words(self) -> String {
        let (first, second) = (self.green.min(self.red), self.green.max(self.red));
        format!("builds #{first} and #{second} of the same revision disagree")
    }
}

impl Trees {
    /// Notes a build that was green or red; says whether an earlier build of the same tree disagrees.
    pub(crate) fn note(&mut self, build: &FinishedBuild) -> Option<Flip> {
        self.flip = self.flip.and_then(|flip| {
            let since = flip.since + 1;
            (since < TRUSTED_AFTER).then_some(Flip { since, ..flip })
        });
        let name = name(build)?;
        let tree = Tree {
            name,
            number: build.number,
            green: build.results.is_green(),
        };
        let before = self.last.iter().rev().find(|known| known.name == name).copied();
        push_newest(&mut self.last, tree, TREES);
        let other = before.filter(|other| other.green != tree.green)?;
        let (green, red) = if tree.green { (tree, other) } else { (other, tree) };
        self.flip = Some(Flip {
            green: green.number,
            red: red.number,
            since: 0,
        });
        self.flip
    }

    /// The flip for which the builder is not trusted now.
    pub(crate) fn flip(&self) -> Option<Flip> {
        self.flip
    }
}

/// The tree's name; where the master does not say what it built, the changes that it built stand for it.
fn name(build: &FinishedBuild) -> Option<u64> {
    match &build.tree {
        Some(tree) => Some(hash(tree.as_bytes())),
        None if build.changes.is_empty() => None,
        None => {
            let ids: Vec<u8> = build.changes.iter().flat_map(|c| c.change.0.to_le_bytes()).collect();
            Some(hash(&ids))
        }
    }
}

/// FNV-1a: the same on every machine and in every version, for it is kept.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
