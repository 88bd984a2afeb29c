//! What has to survive a restart, as rows: one for each builder and one for the rest, so that a busy builder does not
//! make everything be written again.

use crate::BuilderKey;
use crate::builder::BuilderState;
use crate::state::State;
use std::collections::BTreeSet;

/// The name of the row that is no builder's.
const REST: &str = "rest";
/// How the names of builders' rows begin.
const BUILDER: &str = "builder ";

/// What changed since the rows were asked for last.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Touched {
    pub builders: BTreeSet<BuilderKey>,
    pub rest: bool,
}

/// A row to keep: its name, and its JSON or `None` when it is no more.
pub type Row = (String, Option<String>);

/// A row that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("what was kept as “{name}” cannot be read and is forgotten: {error}")]
pub struct Unreadable {
    /// The row.
    pub name: String,
    /// Why.
    pub error: serde_json::Error,
}

impl State {
    /// Whether there is something to keep.
    pub fn has_changes(&self) -> bool {
        self.touched.rest || !self.touched.builders.is_empty()
    }

    /// The rows that changed since this was asked last.
    pub fn changes(&mut self) -> Vec<Row> {
        let touched = std::mem::take(&mut self.touched);
        let mut rows: Vec<Row> = Vec::with_capacity(touched.builders.len() + 1);
        for key in touched.builders {
            let json = self.builders.get(&key).and_then(|b| serde_json::to_string(b).ok());
            rows.push((format!("{BUILDER}{key}"), json));
        }
        if touched.rest {
            let builders = std::mem::take(&mut self.builders);
            rows.extend(
                serde_json::to_string(self)
                    .ok()
                    .map(|json| (REST.to_owned(), Some(json))),
            );
            self.builders = builders;
        }
        rows
    }

    /// Everything counts as changed: what was given could not be kept.
    pub fn keep_again(&mut self) {
        self.touched.rest = true;
        self.touched.builders.extend(self.builders.keys().cloned());
    }

    /// The state of which these are all rows. What cannot be read is left out and named.
    pub fn restore(rows: impl IntoIterator<Item = (String, String)>) -> (State, Vec<Unreadable>) {
        let (mut state, mut builders, mut bad) = (State::default(), Vec::new(), Vec::new());
        for (name, json) in rows {
            let read = match name.strip_prefix(BUILDER) {
                Some(_) => serde_json::from_str::<BuilderState>(&json).map(|builder| builders.push(builder)),
                None => serde_json::from_str::<State>(&json).map(|rest| state = rest),
            };
            bad.extend(read.err().map(|error| Unreadable { name, error }));
        }
        let of = |builder: BuilderState| (builder.info.key.clone(), Box::new(builder));
        state.builders.extend(builders.into_iter().map(of));
        state.forget_what_does_not_fit();
        (state, bad)
    }

    /// A row may be lost or older than the others: a red builder without its break, or a break without its builders,
    /// must not stay for ever.
    fn forget_what_does_not_fit(&mut self) {
        let builders = &self.builders;
        for broken in self.breaks.iter_mut().filter(|b| b.is_open()) {
            let id = broken.id;
            broken
                .builders
                .retain(|key, part| part.fixed.is_some() || builders.get(key).is_some_and(|b| b.broken_in == Some(id)));
        }
        self.breaks
            .retain(|b| !b.builders.is_empty() && (!b.is_open() || !b.red().is_empty()));
        let breaks = &self.breaks;
        for builder in self.builders.values_mut() {
            let known = |id| breaks.binary_search_by_key(&id, |b: &crate::Break| b.id).is_ok();
            builder.broken_in = builder.broken_in.filter(|id| known(*id));
        }
    }
}
