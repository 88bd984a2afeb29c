//! Darcs (B-132; S-040, S-041). A revision is a context, the text that lists all patches of a tree, or one patch's hash.

use super::checkout::{Checkout, SourceError};
use super::folder::split;
use super::xml;

/// The file of a wanted context, beside the tree.
const CONTEXT: &str = ".buildbot-context";

/// Clones into `folder`, which is not there.
pub async fn check_out(at: &mut Checkout<'_, '_>, folder: &str) -> Result<(), SourceError> {
    let (url, revision) = (at.wanted.url.clone(), at.wanted.revision.clone());
    let (above, name) = split(folder);
    let is_context = revision.trim().contains('\n');
    let mut words = vec!["darcs", "clone", "--lazy", "--repo-name", name];
    if is_context {
        at.send(above, CONTEXT, revision.clone().into()).await?;
        words.extend(["--context", CONTEXT]);
    } else if !revision.is_empty() {
        words.extend(["--to-hash", &revision]);
    }
    words.push(&url);
    at.ok(above, &words).await
}

/// Pulls what is new.
pub async fn update(at: &mut Checkout<'_, '_>, folder: &str) -> Result<(), SourceError> {
    let url = at.wanted.url.clone();
    at.ok(folder, &["darcs", "pull", "--all", &url]).await
}

/// The hash of the newest patch, which gets the same tree again.
pub async fn revision(at: &mut Checkout<'_, '_>, folder: &str) -> Result<Option<String>, SourceError> {
    let said = at.said(folder, &["darcs", "log", "--last=1", "--xml-output"]).await?;
    Ok(said.and_then(|said| {
        let tags = xml::tags(&said);
        let patch = tags.into_iter().find(|tag| tag.name == "patch")?;
        patch.attribute("hash").map(str::to_owned)
    }))
}
