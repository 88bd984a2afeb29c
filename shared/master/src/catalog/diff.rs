//! What a new configuration changes.

use super::{Catalog, name_of};
use serde::Serialize;

/// What a reconfiguration changed, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// Builders.
    pub builders: Changed,
    /// Schedulers.
    pub schedulers: Changed,
    /// Workers.
    pub workers: Changed,
    /// Change sources.
    pub change_sources: Changed,
}

/// What a reconfiguration changed of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// New ones.
    pub added: Vec<String>,
    /// Gone ones.
    pub removed: Vec<String>,
    /// Those that are there before and after with other settings.
    pub changed: Vec<String>,
}

/// What `new` changes of `old`.
pub(super) fn diff(old: Option<&Catalog>, new: &Catalog) -> Diff {
    /// The names of one kind, with what tells whether their settings changed.
    fn names<T>(of: &[T], name: impl Fn(&T) -> (String, String)) -> Vec<(String, String)> {
        of.iter().map(name).collect()
    }
    // Settings hold functions, which have no equality; their written form tells functions apart by place.
    let builders = |c: &Catalog| names(&c.builders, |b| (b.config.name.clone(), format!("{:?}", b.config)));
    let schedulers = |c: &Catalog| names(&c.schedulers, |s| (s.config.name.clone(), format!("{:?}", s.config)));
    let workers = |c: &Catalog| names(&c.workers, |(_, w)| (w.name.clone(), format!("{w:?}")));
    let sources = |c: &Catalog| names(&c.change_sources, |(_, s)| (name_of(s).to_owned(), format!("{s:?}")));
    let of = |kind: &dyn Fn(&Catalog) -> Vec<(String, String)>| changed(&old.map(kind).unwrap_or_default(), &kind(new));
    Diff {
        builders: of(&builders),
        schedulers: of(&schedulers),
        workers: of(&workers),
        change_sources: of(&sources),
    }
}

fn changed(old: &[(String, String)], new: &[(String, String)]) -> Changed {
    let settings = |of: &[(String, String)], name: &str| of.iter().find(|(n, _)| n == name).map(|(_, s)| s.clone());
    let mut changed = Changed::default();
    for (name, now) in new {
        match settings(old, name) {
            None => changed.added.push(name.clone()),
            Some(before) if before != *now => changed.changed.push(name.clone()),
            Some(_) => {}
        }
    }
    let gone = old.iter().filter(|(name, _)| settings(new, name).is_none());
    changed.removed = gone.map(|(name, _)| name.clone()).collect();
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_names_what_came_went_and_changed() {
        let of = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(n, s)| ((*n).to_owned(), (*s).to_owned())).collect()
        };
        let diff = changed(
            &of(&[("a", "1"), ("b", "1"), ("c", "1")]),
            &of(&[("b", "2"), ("c", "1"), ("d", "1")]),
        );
        assert_eq!(
            diff,
            Changed {
                added: vec!["d".into()],
                removed: vec!["a".into()],
                changed: vec!["b".into()]
            }
        );
    }
}
