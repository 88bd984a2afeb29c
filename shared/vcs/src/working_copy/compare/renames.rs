//! Which new file is an old one elsewhere.

use super::object::kind_of;
use super::{Entry, Side};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Pairs of files that are compared line by line, at most.
const MOST_PAIRS: usize = 40_000;
/// Longest file that is compared line by line, in bytes.
const LONGEST: usize = 1 << 20;

/// Makes every rename one that a patch can say: its place before is used once and by nothing else. Others become new
/// files.
pub(super) fn settle(mut entries: Vec<Entry>) -> Vec<Entry> {
    let at: BTreeMap<Vec<u8>, usize> = (0..)
        .zip(&entries)
        .map(|(place, entry)| (entry.path.clone(), place))
        .collect();
    let mut used = BTreeSet::new();
    let mut made = vec![];
    for place in 0..entries.len() {
        let Some(from) = entries[place].from.clone() else {
            continue;
        };
        let is_gone = |entry: &Entry| entry.new.is_none() && entry.from.is_none();
        let whole = entries[place].old.is_some() && entries[place].new.is_some() && from != entries[place].path;
        let other = at.get(&from).copied();
        if whole && other.is_none_or(|other| is_gone(&entries[other])) && used.insert(from.clone()) {
            made.extend(other);
            continue;
        }
        let old = entries[place].old.take();
        let is_moved = entries[place].path != from;
        entries[place].from = None;
        match other {
            _ if !is_moved => entries[place].old = old,
            Some(other) if entries[other].old.is_none() && entries[other].from.is_none() => entries[other].old = old,
            _ => {}
        }
    }
    // A deletion that a rename says already.
    let mut place = 0;
    entries.retain(|_| {
        place += 1;
        !made.contains(&(place - 1))
    });
    entries
}

/// Finds the renames among entries of a system that does not say them: a file that is gone and a new one that has the same
/// content, or at least half of its lines.
pub(crate) fn find_renames(mut entries: Vec<Entry>) -> Vec<Entry> {
    let is_file = |side: &Side| kind_of(side.mode) == 0o100_000 && !side.bytes.is_empty();
    let plain = |entry: &Entry| !entry.conflict && entry.from.is_none();
    let places = |wanted: &dyn Fn(&Entry) -> bool| -> Vec<usize> {
        (0..entries.len())
            .filter(|at| plain(&entries[*at]) && wanted(&entries[*at]))
            .collect()
    };
    let mut gone = places(&|entry| entry.new.is_none() && entry.old.as_ref().is_some_and(is_file));
    let mut new = places(&|entry| entry.old.is_none() && entry.new.as_ref().is_some_and(is_file));
    let mut pairs = equal(&entries, &mut gone, &mut new);
    pairs.extend(alike(&entries, &gone, &new));
    let mut said = BTreeSet::new();
    for (gone, new) in pairs {
        entries[new].from = Some(entries[gone].path.clone());
        entries[new].old = entries[gone].old.take();
        entries[new].committed |= entries[gone].committed;
        said.insert(gone);
    }
    let mut place = 0;
    entries.retain(|_| {
        place += 1;
        !said.contains(&(place - 1))
    });
    entries
}

/// Pairs with the same content, which are taken out of `gone` and `new`.
fn equal(entries: &[Entry], gone: &mut Vec<usize>, new: &mut Vec<usize>) -> Vec<(usize, usize)> {
    let mut by_content: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for place in gone.iter().rev() {
        let bytes = entries[*place].old.as_ref().map(|side| side.bytes.as_slice());
        by_content.entry(bytes.unwrap_or_default()).or_default().push(*place);
    }
    let mut pairs = vec![];
    new.retain(|place| {
        let bytes = entries[*place].new.as_ref().map(|side| side.bytes.as_slice());
        let found = by_content.get_mut(bytes.unwrap_or_default()).and_then(Vec::pop);
        pairs.extend(found.map(|gone| (gone, *place)));
        found.is_none()
    });
    gone.retain(|place| !pairs.iter().any(|(taken, _)| taken == place));
    pairs
}

/// The most alike pairs, each file in one of them at most.
fn alike(entries: &[Entry], gone: &[usize], new: &[usize]) -> Vec<(usize, usize)> {
    if gone.len().saturating_mul(new.len()) > MOST_PAIRS {
        return vec![];
    }
    let before: Vec<_> = gone.iter().map(|at| lines(entries[*at].old.as_ref())).collect();
    let after: Vec<_> = new.iter().map(|at| lines(entries[*at].new.as_ref())).collect();
    let mut found = vec![];
    for (gone, before) in gone.iter().zip(&before) {
        for (new, after) in new.iter().zip(&after) {
            if let (Some(before), Some(after)) = (before, after) {
                found.push((likeness(before, after), *gone, *new));
            }
        }
    }
    found.retain(|(likeness, ..)| *likeness >= 50);
    found.sort_by_key(|(likeness, gone, new)| (std::cmp::Reverse(*likeness), *gone, *new));
    let (mut taken_gone, mut taken_new) = (BTreeSet::new(), BTreeSet::new());
    found.retain(|(_, gone, new)| {
        let is_free = !taken_gone.contains(gone) && !taken_new.contains(new);
        if is_free {
            taken_gone.insert(*gone);
            taken_new.insert(*new);
        }
        is_free
    });
    found.into_iter().map(|(_, gone, new)| (gone, new)).collect()
}

/// How often each line stands in a content, and its bytes.
struct Lines<'a> {
    counts: HashMap<&'a [u8], usize>,
    bytes: usize,
}

fn lines(side: Option<&Side>) -> Option<Lines<'_>> {
    let bytes = &side.filter(|side| side.bytes.len() <= LONGEST)?.bytes;
    let mut counts = HashMap::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        *counts.entry(line).or_default() += 1;
    }
    Some(Lines {
        counts,
        bytes: bytes.len(),
    })
}

/// Bytes in lines that both have, in percent of the longer one.
fn likeness(before: &Lines<'_>, after: &Lines<'_>) -> usize {
    let longer = before.bytes.max(after.bytes).max(1);
    if before.bytes.min(after.bytes) * 2 < longer {
        return 0;
    }
    let shared = before.counts.iter().map(|(line, count)| {
        let other = after.counts.get(line).copied().unwrap_or(0);
        line.len() * other.min(*count)
    });
    shared.sum::<usize>() * 100 / longer
}
