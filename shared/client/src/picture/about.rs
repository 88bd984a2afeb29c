//! What a build's properties say of it, kept once for all builds that say the same.

use model::{Json, Properties};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;

/// The properties that an [`About`] is read from. Nothing else is asked of a master for its lists of builds.
pub const PROPERTIES: [&str; 8] = [
    "branch",
    "revision",
    "got_revision",
    "owner",
    "owners",
    "project",
    "virtual_builder_name",
    "virtual_builder_tags",
];

/// The longest text that is kept, in bytes.
const TEXT: usize = 200;

/// The most owners or tags that are kept.
const LIST: usize = 50;

/// What many builds have in common: the builds that one push caused mostly differ in their builder alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// The branch that was built; none is the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<Box<str>>,
    /// The revision that was checked out, or else the one that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<Box<str>>,
    /// Whose build it is, as `owners` and `owner` say.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub owners: Box<[Box<str>]>,
    /// The project, as the source stamp says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<Box<str>>,
    /// The name to show instead of the builder's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtual_name: Option<Box<str>>,
    /// The tags to show instead of the builder's.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub virtual_tags: Box<[Box<str>]>,
}

impl About {
    /// Takes over what these properties say; what they do not name stays, and a value of a type that makes no sense says
    /// nothing.
    pub fn merge(&mut self, properties: &Properties) {
        let value = |name: &str| properties.get(name);
        if let Some(branch) = value("branch") {
            self.branch = text(branch);
        }
        if let Some(revision) = value("got_revision")
            .and_then(text)
            .or_else(|| self.asked(value("revision")))
        {
            self.revision = Some(revision);
        }
        if let Some(project) = value("project") {
            self.project = text(project);
        }
        if value("owner").is_some() || value("owners").is_some() {
            self.owners = owners(value("owners"), value("owner"));
        }
        if let Some(name) = value("virtual_builder_name") {
            self.virtual_name = text(name);
        }
        if let Some(tags) = value("virtual_builder_tags") {
            self.virtual_tags = texts(tags).collect();
        }
    }

    /// The revision that was asked for counts until the one that was got is known.
    fn asked(&self, revision: Option<&Json>) -> Option<Box<str>> {
        revision.and_then(text).filter(|_| self.revision.is_none())
    }
}

fn owners(owners: Option<&Json>, owner: Option<&Json>) -> Box<[Box<str>]> {
    let mut all: Vec<Box<str>> = owners.into_iter().flat_map(texts).collect();
    if let Some(owner) = owner.and_then(text)
        && !all.contains(&owner)
    {
        all.push(owner);
    }
    all.truncate(LIST);
    all.into()
}

fn texts(list: &Json) -> impl Iterator<Item = Box<str>> + '_ {
    list.as_array().into_iter().flatten().take(LIST).filter_map(text)
}

/// A text that is not empty. Of several codebases' revisions, the first.
fn text(value: &Json) -> Option<Box<str>> {
    let text = match value {
        Json::String(text) => text,
        Json::Object(codebases) => codebases.values().next()?.as_str()?,
        _ => return None,
    };
    (!text.is_empty()).then(|| cut(text, TEXT).into())
}

/// The beginning of a text, of at most so many bytes.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// Every [`About`] in use, once.
#[derive(Debug, Default)]
pub(crate) struct Abouts {
    all: HashSet<Arc<About>>,
    /// How many there may be before those that nobody uses are looked for.
    enough: usize,
}

impl Abouts {
    pub(crate) fn keep(&mut self, about: About) -> Arc<About> {
        if let Some(same) = self.all.get(&about) {
            return Arc::clone(same);
        }
        if self.all.len() >= self.enough {
            self.all.retain(|about| Arc::strong_count(about) > 1);
            self.enough = (self.all.len() * 2).max(64);
        }
        let about = Arc::new(about);
        self.all.insert(Arc::clone(&about));
        about
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn properties(json: Json) -> Properties {
        let Json::Object(members) = json else {
            panic!("an object");
        };
        crate::rest::properties::of_json(members)
    }

    fn about(json: Json) -> About {
        let mut about = About::default();
        about.merge(&properties(json));
        about
    }

    #[test]
    fn the_revision_that_was_got_counts() {
        let mut build = about(json!({"revision": ["main", "Build"], "branch": [null, "Build"]}));
        assert_eq!(
            (build.revision.as_deref(), build.branch.as_deref()),
            (Some("main"), None)
        );
        build.merge(&properties(json!({"got_revision": ["abc", "Git"]})));
        assert_eq!(build.revision.as_deref(), Some("abc"));
        build.merge(&properties(json!({"revision": ["main", "Build"]})));
        assert_eq!(build.revision.as_deref(), Some("abc"));
        let codebases = about(json!({"got_revision": [{"app": "a1", "lib": "b2"}, "Git"]}));
        assert_eq!(codebases.revision.as_deref(), Some("a1"));
    }

    #[test]
    fn what_makes_no_sense_says_nothing() {
        let odd = json!({"branch": 7, "revision": [7, 7], "owners": ["a"], "owner": {"a": 1}, "virtual_builder_tags": [[1, "x"]]});
        assert_eq!(about(odd).owners.len(), 0);
        let many: Vec<String> = (0..1000).map(|n| format!("{n}{}", "é".repeat(1000))).collect();
        let owners = about(json!({"owners": [many, "Build"]})).owners;
        assert_eq!(owners.len(), LIST);
        assert!(owners.iter().all(|owner| owner.len() <= TEXT));
    }

    #[test]
    fn the_same_is_kept_once_and_only_while_it_is_used() {
        let mut all = Abouts::default();
        let named = |name: usize| About {
            branch: Some(name.to_string().into()),
            ..About::default()
        };
        let (one, same) = (all.keep(named(1)), all.keep(named(1)));
        assert!(Arc::ptr_eq(&one, &same));
        for name in 0..10_000 {
            all.keep(named(name));
        }
        assert!(all.all.len() <= 128, "{}", all.all.len());
        assert!(Arc::ptr_eq(&one, &all.keep(named(1))));
    }
}
