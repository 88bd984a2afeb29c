//! Whom a build concerns: the authors of its changes and whoever asked for it (S-114, B-160).

use model::{Change, NewSourceStamp, Properties};
use std::collections::BTreeSet;

/// Authors of the changes and of the patches, and the `owner` property; sorted, each once, as they are written.
pub fn owners(changes: &[Change], source_stamps: &[NewSourceStamp], properties: &Properties) -> Vec<String> {
    let authors = changes.iter().map(|change| change.new.author.as_str());
    let patchers = source_stamps
        .iter()
        .filter_map(|stamp| Some(stamp.patch.as_ref()?.author.as_str()));
    let owner = properties.text("owner");
    let all: BTreeSet<&str> = authors
        .chain(patchers)
        .chain(owner)
        .filter(|name| !name.is_empty())
        .collect();
    all.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Patch;

    #[test]
    fn patch_author_and_owner_are_told_once_each() {
        let patch = |author: &str| Patch {
            level: 1,
            subdir: String::new(),
            author: author.to_owned(),
            comment: String::new(),
            body: Vec::new(),
        };
        let stamps: Vec<NewSourceStamp> = ["Zoe", "Ada", ""]
            .iter()
            .map(|author| NewSourceStamp {
                patch: Some(patch(author)),
                ..NewSourceStamp::default()
            })
            .collect();
        let mut properties = Properties::default();
        properties.set("owner", "Ada", "Force Build Form");
        assert_eq!(owners(&[], &stamps, &properties), ["Ada", "Zoe"]);
        assert!(owners(&[], &[], &Properties::default()).is_empty());
    }
}
