//! What a person names on one of many masters: `MASTER/NAME`, or `NAME` alone.
//!
//! The master that a text begins with is meant first, then this program's own, then all others, where only one may fit.

use crate::failure::{Failure, NOT_FOUND, USAGE};
use crate::show;
use app::api::bundled;
use app::api::masters::MasterRow;

/// So many names are proposed at most.
const PROPOSED: usize = 20;

/// Why a name leads nowhere.
#[derive(Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// Nothing has it.
    Unknown,
    /// These have it.
    Ambiguous(Vec<String>),
}

/// Finds what `text` names. `fits` says whether something is meant by a text without its master, and how closely: of
/// what is on one master the least wins.
pub fn find<'a, T, Fit: Copy + Ord>(
    text: &str,
    masters: &[MasterRow],
    all: &'a [T],
    names: impl Fn(&T) -> (&str, &str),
    fits: impl Fn(&T, &str) -> Option<Fit>,
) -> Result<(&'a T, Fit), Unresolved> {
    let own = bundled();
    let fitting = |is_meant: &dyn Fn(&str) -> bool, text: &str| {
        let mut found: Vec<(&'a T, Fit)> = Vec::new();
        for one in all.iter().filter(|one| is_meant(names(one).0)) {
            let Some(fit) = fits(one, text) else { continue };
            match found.iter_mut().find(|(other, _)| names(other).0 == names(one).0) {
                Some(other) if fit < other.1 => *other = (one, fit),
                Some(_) => {}
                None => found.push((one, fit)),
            }
        }
        found
    };
    let mut ways = Vec::new();
    if let Some((key, rest)) = with_master(text, masters) {
        ways.push(fitting(&|master| master == key, rest));
    }
    ways.push(fitting(&|master| master == own, text));
    ways.push(fitting(&|master| master != own, text));
    let Some(found) = ways.into_iter().find(|found| !found.is_empty()) else {
        return Err(Unresolved::Unknown);
    };
    match found.as_slice() {
        [one] => Ok(*one),
        several => {
            let name = |(one, _): &(&T, Fit)| format!("{}/{text}", show::plain::plain(names(one).0));
            Err(Unresolved::Ambiguous(several.iter().map(name).collect()))
        }
    }
}

/// The master and the number of `MASTER/ID` or `ID`.
pub fn id(text: &str, masters: &[MasterRow]) -> Option<(String, i64)> {
    match with_master(text, masters) {
        Some((key, id)) => Some((key.to_owned(), id.parse().ok()?)),
        None => Some((bundled(), text.parse().ok()?)),
    }
}

/// The master that a text begins with, and the rest.
fn with_master<'t>(text: &'t str, masters: &[MasterRow]) -> Option<(&'t str, &'t str)> {
    let (key, rest) = text.split_once('/')?;
    let is_one = key == bundled() || masters.iter().any(|row| row.master == key);
    is_one.then_some((key, rest))
}

impl Unresolved {
    /// What the person reads: `kind` says what was looked for, `names` what there is, `none` what to do without any.
    pub fn failure(&self, kind: &str, text: &str, names: Vec<String>, none: &str) -> Failure {
        match self {
            Unresolved::Ambiguous(several) => Failure::new(USAGE, format!("several masters have a {kind} '{text}'"))
                .hint(format!("Say which: {}", several.join(", "))),
            Unresolved::Unknown if names.is_empty() => missing(kind, text).hint(none),
            Unresolved::Unknown => missing(kind, text).hint(proposal(kind, text, names)),
        }
    }
}

fn missing(kind: &str, text: &str) -> Failure {
    Failure::new(NOT_FOUND, format!("there is no {kind} '{text}'"))
}

/// Those that hold a part of the text, or else all.
fn proposal(kind: &str, text: &str, names: Vec<String>) -> String {
    let wanted = text.rsplit('/').find(|part| part.parse::<i64>().is_err());
    let wanted = wanted.unwrap_or(text).to_lowercase();
    let near: Vec<String> = names
        .iter()
        .filter(|name| name.to_lowercase().contains(&wanted))
        .cloned()
        .collect();
    let all = if near.is_empty() { names } else { near };
    let more = match all.len().saturating_sub(PROPOSED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let mut kinds = format!("{kind}s");
    kinds[..1].make_ascii_uppercase();
    format!("{kinds}: {}{more}", all[..all.len().min(PROPOSED)].join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masters(keys: &[&str]) -> Vec<MasterRow> {
        let row = |key: &&str| {
            serde_json::from_value(serde_json::json!({
                "master": key, "title": key, "url": null, "version": null, "outpost": false, "condition": "live",
                "words": "", "hint": null, "stale_since": null, "retry_at": null, "sign_in": {"way": "none"},
                "user": null, "signed_out": null, "session_only": false, "denied": {}, "builders": 0, "broken": 0,
                "running": 0,
            }))
        };
        keys.iter().map(|key| row(key).expect("a row")).collect()
    }

    /// What a text means among these builders: the builder and the number of the build.
    fn meant(
        text: &str,
        builders: &[(&'static str, &'static str)],
    ) -> Result<(&'static str, &'static str, Option<i64>), Unresolved> {
        let masters = masters(&["bundled", "team", "old"]);
        let fits = |row: &(&str, &str), text: &str| {
            let rest = text.strip_prefix(row.1)?;
            match rest.strip_prefix('/') {
                None => rest.is_empty().then_some(None),
                Some(number) => Some(Some(number.parse().ok()?)),
            }
        };
        find(text, &masters, builders, |row| *row, fits).map(|((master, name), number)| (*master, *name, number))
    }

    #[test]
    fn a_master_that_is_named_is_meant_first_then_the_own_one_then_the_only_one() {
        let builders = [
            ("bundled", "app"),
            ("team", "app"),
            ("team", "docs"),
            ("bundled", "team/app"),
        ];
        assert_eq!(meant("app", &builders), Ok(("bundled", "app", None)));
        assert_eq!(meant("team/app/7", &builders), Ok(("team", "app", Some(7))));
        assert_eq!(meant("bundled/team/app", &builders), Ok(("bundled", "team/app", None)));
        assert_eq!(meant("docs/3", &builders), Ok(("team", "docs", Some(3))));
        assert_eq!(meant("nosuch", &builders), Err(Unresolved::Unknown));
    }

    #[test]
    fn slashes_blanks_and_numbers_in_names_are_read_by_the_longest_name() {
        let builders = [
            ("team", "mac (10.15)/arm"),
            ("team", "mac (10.15)"),
            ("team", "x"),
            ("team", "x/1"),
        ];
        assert_eq!(
            meant("team/mac (10.15)/arm", &builders),
            Ok(("team", "mac (10.15)/arm", None))
        );
        assert_eq!(
            meant("mac (10.15)/arm/12", &builders),
            Ok(("team", "mac (10.15)/arm", Some(12)))
        );
        assert_eq!(meant("team/x/1", &builders), Ok(("team", "x/1", None)));
        assert_eq!(meant("team/x/2", &builders), Ok(("team", "x", Some(2))));
    }

    #[test]
    fn what_several_masters_have_is_told() {
        let builders = [("team", "app"), ("old", "app")];
        let both = vec!["team/app/5".to_owned(), "old/app/5".to_owned()];
        assert_eq!(meant("app/5", &builders), Err(Unresolved::Ambiguous(both)));
        let failure = Unresolved::Ambiguous(vec!["team/app".to_owned()]).failure("builder", "app", Vec::new(), "");
        assert_eq!(failure.code, USAGE);
    }

    #[test]
    fn ids_are_of_the_named_master_or_the_own_one() {
        let masters = masters(&["bundled", "team"]);
        assert_eq!(id("team/12", &masters), Some(("team".to_owned(), 12)));
        assert_eq!(id("12", &masters), Some(("bundled".to_owned(), 12)));
        assert_eq!(id("else/12", &masters), None);
    }
}
