//! Mercurial (B-128; S-042, S-043, S-076). Branches are repositories of their own or named ones in a single repository.

use super::checkout::{Checkout, SourceError};
use super::tree::Cleaning;
use model::config::{BranchType, MercurialSource};

/// Clones into `folder`, which is not there.
pub async fn check_out(at: &mut Checkout<'_, '_>, hg: &MercurialSource, folder: &str) -> Result<(), SourceError> {
    let url = at.wanted.url.clone();
    at.ok(folder, &["hg", "clone", "--noupdate", &url, "."]).await?;
    to_wanted(at, hg, folder).await
}

/// Pulls and brings the tree to the wanted revision. Changes of tracked files are lost.
pub async fn update(at: &mut Checkout<'_, '_>, hg: &MercurialSource, folder: &str) -> Result<(), SourceError> {
    let url = at.wanted.url.clone();
    at.ok(folder, &["hg", "pull", &url]).await?;
    to_wanted(at, hg, folder).await
}

async fn to_wanted(at: &mut Checkout<'_, '_>, hg: &MercurialSource, folder: &str) -> Result<(), SourceError> {
    let wanted = if at.wanted.revision.is_empty() {
        named_branch(at, hg)
    } else {
        at.wanted.revision.clone()
    };
    at.ok(folder, &["hg", "update", "--clean", "--rev", &wanted]).await
}

fn named_branch(at: &Checkout<'_, '_>, hg: &MercurialSource) -> String {
    match hg.branch_type {
        BranchType::Inrepo if !at.wanted.branch.is_empty() => at.wanted.branch.clone(),
        BranchType::Inrepo | BranchType::Dirname => "default".to_owned(),
    }
}

/// Whether the tree is on another named branch than the wanted one, and that takes a new clone.
pub async fn is_other_branch(
    at: &mut Checkout<'_, '_>,
    hg: &MercurialSource,
    folder: &str,
) -> Result<bool, SourceError> {
    if hg.branch_type != BranchType::Inrepo || !hg.clobber_on_branch_change {
        return Ok(false);
    }
    let is = at.said(folder, &["hg", "identify", "--branch"]).await?;
    Ok(is.is_none_or(|is| is.trim() != named_branch(at, hg)))
}

/// Removes what is not tracked; updating brings the rest back.
pub async fn clean(at: &mut Checkout<'_, '_>, folder: &str, cleaning: Cleaning) -> Result<(), SourceError> {
    // First, since a file that stands where a tracked folder was would be in the way.
    at.ok(folder, &["hg", "update", "--clean", "--rev", "."]).await?;
    let mut words = vec!["hg", "--config", "extensions.purge=", "purge"];
    if cleaning == Cleaning::All {
        words.push("--all");
    }
    at.ok(folder, &words).await
}

/// The whole id of the revision that is checked out.
pub async fn revision(at: &mut Checkout<'_, '_>, folder: &str) -> Result<Option<String>, SourceError> {
    let said = at
        .said(folder, &["hg", "log", "--rev", ".", "--template", "{node}"])
        .await?;
    Ok(said.map(|said| said.trim().to_owned()).filter(|node| !node.is_empty()))
}
