//! Changes of several masters as one list, in pages.

use super::changes::PAGE;
use crate::api::Refusal;
use crate::api::changes::ChangeRow;
use std::collections::BTreeMap;

/// Some of a master's changes, the newest first.
pub(super) struct Part {
    pub rows: Vec<ChangeRow>,
    /// There may be older ones, before this id.
    pub more: Option<i64>,
}

/// The newest of all, as many as a page has. Within a master they keep their order.
pub(super) fn merge(parts: Vec<(String, Part)>, places: &mut Places) -> Vec<ChangeRow> {
    let mut heads: Vec<(String, std::iter::Peekable<std::vec::IntoIter<ChangeRow>>, Option<i64>)> = parts
        .into_iter()
        .map(|(key, part)| (key, part.rows.into_iter().peekable(), part.more))
        .collect();
    let mut page = Vec::new();
    while page.len() < PAGE {
        let newest = heads
            .iter_mut()
            .filter_map(|(_, rows, _)| {
                let when = rows.peek()?.when;
                Some((when, rows))
            })
            .max_by_key(|(when, _)| *when);
        match newest.and_then(|(_, rows)| rows.next()) {
            Some(row) => page.push(row),
            None => break,
        }
    }
    for (key, mut rows, more) in heads {
        let next = match rows.peek() {
            // Before the one that comes next is not far enough: it is to be given again.
            Some(row) => Some(row.change.saturating_add(1)),
            None => more,
        };
        places.set(&key, next);
    }
    page
}

/// Where each master's list goes on: `KEY=ID`, with a comma in between. A master that is named without an id has no
/// more; one that is not named begins with its newest change.
pub(super) struct Places {
    places: BTreeMap<String, Option<i64>>,
}

impl Places {
    /// Reads `next` of the page before.
    pub fn parse(text: Option<&str>) -> Result<Places, Refusal> {
        let mut places = BTreeMap::new();
        for part in text.into_iter().flat_map(|text| text.split(',')) {
            let (key, id) = part.split_once('=').unwrap_or((part, ""));
            let place = match id {
                "" => None,
                id => Some(id.parse().map_err(|_| {
                    Refusal::invalid(format!("'{part}' is no place in the list of changes"))
                        .hint("Begin with the newest ones.")
                })?),
            };
            places.insert(key.to_owned(), place);
        }
        Ok(Places { places })
    }

    /// Before which id a master's list goes on; nothing when there is no more.
    pub fn next(&self, key: &str) -> Option<Option<i64>> {
        match self.places.get(key) {
            None => Some(None),
            Some(Some(id)) => Some(Some(*id)),
            Some(None) => None,
        }
    }

    fn set(&mut self, key: &str, place: Option<i64>) {
        self.places.insert(key.to_owned(), place);
    }

    /// As `next`; nothing when no master has more.
    pub fn text(&self) -> Option<String> {
        let part = |(key, place): (&String, &Option<i64>)| match place {
            Some(id) => format!("{key}={id}"),
            None => key.clone(),
        };
        let more = self.places.values().any(Option::is_some);
        more.then(|| self.places.iter().map(part).collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(master: &str, changes: &[(i64, i64)]) -> Vec<ChangeRow> {
        let row = |(change, when): &(i64, i64)| ChangeRow {
            master: master.to_owned(),
            change: *change,
            author: String::new(),
            mine: false,
            when: *when,
            branch: None,
            revision: None,
            comments: String::new(),
            files: Vec::new(),
            repository: String::new(),
            project: String::new(),
            builds: Vec::new(),
            not_built: None,
        };
        changes.iter().map(row).collect()
    }

    #[test]
    fn every_change_of_every_master_comes_once() {
        let all = [
            ("a", (0..120).map(|n| (120 - n, 1000 - 3 * n)).collect::<Vec<_>>()),
            ("b", (0..70).map(|n| (70 - n, 990 - 2 * n)).collect()),
        ];
        let mut seen = Vec::new();
        let mut before: Option<String> = None;
        for _ in 0..20 {
            let mut places = Places::parse(before.as_deref()).expect("a place");
            let part = |list: &[(i64, i64)], before: Option<i64>, key: &str| {
                let older = list.iter().filter(|(id, _)| before.is_none_or(|before| *id < before));
                let given: Vec<(i64, i64)> = older.copied().take(PAGE).collect();
                let more = given.last().map(|(id, _)| *id).filter(|id| *id > 1);
                let rows = rows(key, &given);
                Part { rows, more }
            };
            let parts = all
                .iter()
                .filter_map(|(key, list)| Some(((*key).to_owned(), part(list, places.next(key)?, key))))
                .collect();
            let page = merge(parts, &mut places);
            assert!(page.len() <= PAGE);
            seen.extend(page.into_iter().map(|row| (row.master, row.change, row.when)));
            before = places.text();
            if before.is_none() {
                break;
            }
        }
        assert_eq!(before, None);
        assert!(seen.windows(2).all(|two| two[0].2 >= two[1].2), "the newest first");
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((seen.len(), count), (190, 190));
    }

    #[test]
    fn a_place_that_is_none_is_refused() {
        for bad in ["a=x", "a=1,b=", "12=1=2"] {
            let parsed = Places::parse(Some(bad));
            assert_eq!(parsed.is_err(), bad != "a=1,b=", "{bad}");
        }
    }
}
