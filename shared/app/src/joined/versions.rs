//! Which rows of builders changed since when, so that only those travel to a face.
//!
//! Rows are made when they are asked for; here is only a number for each. Some ten thousand builders are ten thousand
//! small entries.

use crate::api::overview::BuilderRef;
use crate::watching::Builders;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Builders that are remembered as gone. A face that misses more than that is given everything.
const GONE: usize = 2_000;

/// The numbers of all rows.
#[derive(Debug)]
pub(crate) struct Versions {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The newest.
    version: i64,
    /// Whoever knows nothing newer than this is given everything.
    floor: i64,
    /// By master, then by builder.
    rows: BTreeMap<String, BTreeMap<i64, Row>>,
    /// What was watched of a master when its rows were compared, unless its builders were described anew since.
    compared: BTreeMap<String, Arc<Builders>>,
    gone: BTreeMap<(String, i64), i64>,
}

#[derive(Debug, Default)]
struct Row {
    version: i64,
    /// Of what the row shows besides what its master tells.
    print: u64,
}

/// What a face is to be given.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changed {
    /// Names this state.
    pub version: i64,
    /// Everything is to be given.
    pub whole: bool,
    /// Builders whose rows changed; all when `whole`.
    pub rows: BTreeMap<String, BTreeSet<i64>>,
    /// Builders that are no more; none when `whole`.
    pub gone: Vec<BuilderRef>,
}

impl Versions {
    /// The first number is the time in ms: what a face knows of an earlier run of this program is older than that.
    pub fn begin(now: i64) -> Versions {
        Versions {
            state: Mutex::new(State {
                version: now,
                floor: now,
                rows: BTreeMap::new(),
                compared: BTreeMap::new(),
                gone: BTreeMap::new(),
            }),
        }
    }

    /// These rows changed, if they are known; others are not shown.
    pub fn touch(&self, master: &str, builders: impl IntoIterator<Item = i64>) {
        let mut state = self.lock();
        let version = state.version + 1;
        let Some(rows) = state.rows.get_mut(master) else { return };
        let mut touched = false;
        for builder in builders {
            if let Some(row) = rows.get_mut(&builder) {
                row.version = version;
                touched = true;
            }
        }
        if touched {
            state.version = version;
        }
    }

    /// All rows of a master changed.
    pub fn touch_all(&self, master: &str) {
        let mut state = self.lock();
        state.compared.remove(master);
        let version = state.version + 1;
        if let Some(rows) = state.rows.get_mut(master) {
            rows.values_mut().for_each(|row| row.version = version);
            state.version = version;
        }
    }

    /// These are all builders of a master, each with what its row shows besides what the master tells. A row where that
    /// is another than before has changed.
    pub fn compare(&self, master: &str, builders: impl IntoIterator<Item = (i64, u64)>) {
        self.lock().compare(master, builders);
    }

    /// [`Versions::compare`], where something is watched that was not when it was done last, or where the master's
    /// builders were described anew since.
    pub fn compare_if_other(&self, master: &str, watched: &Arc<Builders>, builders: impl FnOnce() -> Vec<(i64, u64)>) {
        let mut state = self.lock();
        let before = state.compared.insert(master.to_owned(), Arc::clone(watched));
        if before.is_none_or(|before| !Arc::ptr_eq(&before, watched)) {
            state.compare(master, builders());
        }
    }

    /// A master is followed no more, or under another key.
    pub fn forget(&self, master: &str) {
        self.compare(master, []);
        let mut state = self.lock();
        state.rows.remove(master);
        state.compared.remove(master);
    }

    /// What changed since `since`; everything when that is absent, of an earlier run, or too long ago.
    pub fn since(&self, since: Option<i64>) -> Changed {
        let state = self.lock();
        let since = since.filter(|since| (state.floor..=state.version).contains(since));
        let newer = |version: i64| since.is_none_or(|since| version > since);
        let rows = state.rows.iter().map(|(master, rows)| {
            let changed = rows
                .iter()
                .filter(|(_, row)| newer(row.version))
                .map(|(builder, _)| *builder);
            (master.clone(), changed.collect())
        });
        let gone = state
            .gone
            .iter()
            .filter(|(_, version)| since.is_some() && newer(**version));
        Changed {
            version: state.version,
            whole: since.is_none(),
            rows: rows
                .filter(|(_, rows): &(String, BTreeSet<i64>)| !rows.is_empty())
                .collect(),
            gone: gone
                .map(|((master, builder), _)| BuilderRef {
                    master: master.clone(),
                    builder: *builder,
                })
                .collect(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn compare(&mut self, master: &str, builders: impl IntoIterator<Item = (i64, u64)>) {
        let version = self.version + 1;
        let known = self.rows.entry(master.to_owned()).or_default();
        let mut before = std::mem::take(known);
        let mut changed = false;
        for (builder, print) in builders {
            let row = match before.remove(&builder) {
                Some(row) if row.print == print => row,
                _ => {
                    changed = true;
                    Row { version, print }
                }
            };
            known.insert(builder, row);
        }
        for builder in before.into_keys() {
            changed = true;
            self.gone.insert((master.to_owned(), builder), version);
        }
        if changed {
            self.version = version;
            self.gone.retain(|(of, builder), _| {
                of != master || !self.rows.get(master).is_some_and(|rows| rows.contains_key(builder))
            });
        }
        self.forget_some();
    }

    fn forget_some(&mut self) {
        if self.gone.len() > GONE {
            self.gone.clear();
            self.floor = self.version;
        }
    }
}

/// A number that is another when the values are.
pub(crate) fn print_of(values: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    values.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(changed: &Changed) -> Vec<(&str, i64)> {
        let rows = changed.rows.iter();
        rows.flat_map(|(master, rows)| rows.iter().map(move |builder| (master.as_str(), *builder)))
            .collect()
    }

    #[test]
    fn only_what_changed_is_given() {
        let versions = Versions::begin(1000);
        versions.compare("a", [(1, 0), (2, 0)]);
        versions.compare("b", [(1, 0)]);
        let all = versions.since(None);
        assert_eq!((all.whole, rows(&all)), (true, vec![("a", 1), ("a", 2), ("b", 1)]));
        let nothing = versions.since(Some(all.version));
        assert_eq!(
            (nothing.whole, nothing.rows.len(), nothing.version),
            (false, 0, all.version)
        );
        versions.touch("a", [2, 99]);
        versions.compare("b", [(1, 7)]);
        let some = versions.since(Some(all.version));
        assert_eq!((some.whole, rows(&some)), (false, vec![("a", 2), ("b", 1)]));
        versions.compare("b", [(1, 7)]);
        versions.touch("nobody", [1]);
        assert_eq!(versions.since(Some(some.version)).version, some.version);
    }

    #[test]
    fn rows_are_compared_again_only_where_something_may_be_other() {
        let versions = Versions::begin(1000);
        let (one, other) = (Arc::new(Builders::new()), Arc::new(Builders::new()));
        let compares = |master: &str, watched: &Arc<Builders>| {
            let mut asked = false;
            versions.compare_if_other(master, watched, || {
                asked = true;
                vec![(1, 0)]
            });
            asked
        };
        assert!(compares("a", &one) && !compares("a", &one));
        assert!(compares("b", &one));
        assert!(compares("a", &other) && !compares("a", &other));
        versions.touch_all("a");
        assert!(compares("a", &other) && !compares("a", &other));
        versions.forget("a");
        assert!(compares("a", &other));
    }

    #[test]
    fn what_is_gone_is_named_once_it_is_gone_and_not_when_it_is_back() {
        let versions = Versions::begin(1000);
        versions.compare("a", [(1, 0), (2, 0)]);
        let before = versions.since(None).version;
        versions.compare("a", [(1, 0)]);
        let gone = versions.since(Some(before));
        assert_eq!((rows(&gone), gone.gone.len()), (vec![], 1));
        versions.compare("a", [(1, 0), (2, 0)]);
        let back = versions.since(Some(before));
        assert_eq!((rows(&back), back.gone.len()), (vec![("a", 2)], 0));
        versions.forget("a");
        assert_eq!(versions.since(Some(before)).gone.len(), 2);
    }

    #[test]
    fn whoever_knows_another_run_or_too_little_gets_everything() {
        let versions = Versions::begin(1000);
        versions.compare("a", (0..3_000).map(|builder| (builder, 0)));
        let known = versions.since(None).version;
        for odd in [0, 999, known + 1, i64::MIN, i64::MAX] {
            assert!(versions.since(Some(odd)).whole, "{odd}");
        }
        versions.compare("a", [(0, 0)]);
        let lost = versions.since(Some(known));
        assert_eq!((lost.whole, rows(&lost)), (true, vec![("a", 0)]));
    }
}
