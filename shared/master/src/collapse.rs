//! Whether two waiting requests of a builder may become one build (B-059, S-157).
//!
//! Pure: what the configuration's own function says is asked elsewhere.

use model::{NewSourceStamp, Properties, Time};
use serde_json::json;
use std::collections::BTreeSet;

/// What a request asks for, as far as merging is concerned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// Its trees, one per codebase.
    pub source_stamps: Vec<NewSourceStamp>,
    /// Codebases for which the set was caused by changes.
    pub changed: BTreeSet<String>,
    /// The set's properties.
    pub properties: Properties,
    /// A parent build waits for it.
    pub waited_for: bool,
}

/// Whether `old` may be left out because `new` is built.
///
/// Their trees must pair up by codebase, with the same branch, repository and project and without a patch. Trees that
/// come from changes merge whatever their revisions, since the newer holds the older. Others, as a person asks for
/// them, merge only when they are the same request: same revision, same properties (but for who asked, and why).
pub fn may_merge(new: &Asked, old: &Asked) -> bool {
    if new.waited_for || old.waited_for || new.source_stamps.len() != old.source_stamps.len() {
        return false;
    }
    let trees_agree = new.source_stamps.iter().all(|stamp| {
        let other = old.source_stamps.iter().find(|other| other.codebase == stamp.codebase);
        other.is_some_and(|other| tree_may_merge(new, stamp, old, other))
    });
    let caused_by_changes = !new.changed.is_empty() && !old.changed.is_empty();
    trees_agree && (caused_by_changes || same_properties(&new.properties, &old.properties))
}

fn tree_may_merge(new: &Asked, stamp: &NewSourceStamp, old: &Asked, other: &NewSourceStamp) -> bool {
    // Of branch and revision, empty means the same as absent.
    let same =
        |one: &Option<String>, two: &Option<String>| one.as_deref().unwrap_or("") == two.as_deref().unwrap_or("");
    let same_place =
        same(&stamp.branch, &other.branch) && stamp.repository == other.repository && stamp.project == other.project;
    let no_patch = stamp.patch.is_none() && other.patch.is_none();
    let same_cause = match (
        new.changed.contains(&stamp.codebase),
        old.changed.contains(&other.codebase),
    ) {
        (true, true) => true,
        (false, false) => same(&stamp.revision, &other.revision),
        _ => false,
    };
    same_place && no_patch && same_cause
}

fn same_properties(new: &Properties, old: &Properties) -> bool {
    let telling = |p: &Properties| -> Vec<(String, model::Json)> {
        let told = p
            .iter()
            .filter(|(name, _, _)| !matches!(*name, "owner" | "reason" | "scheduler"));
        told.map(|(name, value, _)| (name.to_owned(), value.clone())).collect()
    };
    telling(new) == telling(old)
}

/// A waiting request as REST shows it, for the configuration's own function.
pub fn as_rest(request: &crate::queue::Waiting, asked: &Asked) -> model::Json {
    let stamps: Vec<model::Json> = asked.source_stamps.iter().map(stamp_as_rest).collect();
    json!({
        "buildrequestid": request.id.0,
        "buildsetid": request.set.0,
        "builderid": request.builder.0,
        "priority": request.priority,
        "submitted_at": Time::seconds(request.submitted_at),
        "waited_for": asked.waited_for,
        "sourcestamps": stamps,
        "properties": asked.properties,
    })
}

fn stamp_as_rest(stamp: &NewSourceStamp) -> model::Json {
    json!({
        "branch": stamp.branch,
        "revision": stamp.revision,
        "repository": stamp.repository,
        "project": stamp.project,
        "codebase": stamp.codebase,
        "patch": stamp.patch.as_ref().map(|patch| json!({
            "level": patch.level, "subdir": patch.subdir, "author": patch.author, "comment": patch.comment,
        })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Patch;

    fn stamp(branch: &str, revision: Option<&str>) -> NewSourceStamp {
        NewSourceStamp {
            branch: Some(branch.to_owned()),
            revision: revision.map(str::to_owned),
            repository: "repo".to_owned(),
            ..NewSourceStamp::default()
        }
    }

    fn change(branch: &str, revision: &str) -> Asked {
        Asked {
            source_stamps: vec![stamp(branch, Some(revision))],
            changed: BTreeSet::from([String::new()]),
            ..Asked::default()
        }
    }

    fn forced(branch: &str, revision: Option<&str>) -> Asked {
        Asked {
            source_stamps: vec![stamp(branch, revision)],
            ..Asked::default()
        }
    }

    #[test]
    fn changes_of_one_branch_merge_whatever_their_revisions() {
        assert!(may_merge(&change("main", "b"), &change("main", "a")));
        assert!(!may_merge(&change("main", "b"), &change("topic", "a")));
    }

    #[test]
    fn forced_requests_merge_only_when_they_are_the_same() {
        assert!(may_merge(&forced("main", None), &forced("main", Some(""))));
        assert!(may_merge(&forced("main", Some("a")), &forced("main", Some("a"))));
        assert!(!may_merge(&forced("main", Some("b")), &forced("main", Some("a"))));
        assert!(!may_merge(&forced("main", None), &change("main", "a")));
        assert!(!may_merge(&change("main", "a"), &forced("main", None)));
    }

    #[test]
    fn who_asked_and_why_do_not_matter_but_other_values_do() {
        let mut one = forced("main", None);
        let mut other = forced("main", None);
        one.properties.set("reason", "one", "Force Build Form");
        other.properties.set("reason", "other", "Force Build Form");
        other.properties.set("owner", "Ada", "Force Build Form");
        assert!(may_merge(&one, &other));
        other.properties.set("jobs", 8, "Force Build Form");
        assert!(!may_merge(&one, &other));
    }

    #[test]
    fn a_patch_never_merges() {
        let patch = Patch {
            level: 1,
            subdir: String::new(),
            author: String::new(),
            comment: String::new(),
            body: b"--- a\n".to_vec(),
        };
        let mut patched = forced("main", Some("a"));
        patched.source_stamps[0].patch = Some(patch);
        assert!(!may_merge(&patched, &patched.clone()));
        assert!(!may_merge(&forced("main", Some("a")), &patched));
    }

    #[test]
    fn another_repository_project_or_codebase_never_merges() {
        for change_it in [
            (|s: &mut NewSourceStamp| s.repository = "fork".to_owned()) as fn(&mut NewSourceStamp),
            |s| s.project = "other".to_owned(),
            |s| s.codebase = "lib".to_owned(),
        ] {
            let mut other = change("main", "a");
            change_it(&mut other.source_stamps[0]);
            assert!(!may_merge(&change("main", "b"), &other));
        }
    }

    #[test]
    fn a_request_that_a_parent_waits_for_never_merges() {
        let waited_for = Asked {
            waited_for: true,
            ..change("main", "a")
        };
        assert!(!may_merge(&change("main", "b"), &waited_for));
        assert!(!may_merge(&waited_for, &change("main", "b")));
    }
}
