//! Bazaar, or Breezy, which took its place (B-131; S-037). A number counts only in its own branch, so a revision is told
//! by its id.

use super::checkout::{Checkout, SourceError};
use super::tree::Cleaning;

/// The worker's program. Breezy's is called so only where a package says that it is Bazaar.
pub async fn program(at: &mut Checkout<'_, '_>) -> Result<&'static str, SourceError> {
    if let Some(program) = at.bzr {
        return Ok(program);
    }
    let program = if at.has("bzr").await? { "bzr" } else { "brz" };
    at.bzr = Some(program);
    Ok(program)
}

/// Checks out into `folder`, which is not there.
pub async fn check_out(at: &mut Checkout<'_, '_>, folder: &str) -> Result<(), SourceError> {
    let (url, revision) = (at.wanted.url.clone(), at.wanted.revision.clone());
    let mut words = vec![program(at).await?, "checkout"];
    if !revision.is_empty() {
        words.extend(["-r", &revision]);
    }
    words.extend([url.as_str(), "."]);
    at.ok(folder, &words).await
}

/// Brings the tree to the wanted revision.
pub async fn update(at: &mut Checkout<'_, '_>, folder: &str) -> Result<(), SourceError> {
    let revision = at.wanted.revision.clone();
    let mut words = vec![program(at).await?, "update"];
    if !revision.is_empty() {
        words.extend(["-r", &revision]);
    }
    at.ok(folder, &words).await
}

/// Brings tracked files back and removes others.
pub async fn clean(at: &mut Checkout<'_, '_>, folder: &str, cleaning: Cleaning) -> Result<(), SourceError> {
    let program = program(at).await?;
    at.ok(folder, &[program, "revert", "--no-backup"]).await?;
    let mut words = vec![program, "clean-tree", "--force", "--unknown", "--detritus"];
    if cleaning == Cleaning::All {
        words.push("--ignored");
    }
    at.ok(folder, &words).await
}

/// The id of the revision that is checked out, as `-r` takes it.
pub async fn revision(at: &mut Checkout<'_, '_>, folder: &str) -> Result<Option<String>, SourceError> {
    let words = [
        program(at).await?,
        "version-info",
        "--custom",
        "--template={revision_id}\n",
    ];
    let said = at.said(folder, &words).await?;
    let id = said.as_deref().map(str::trim).filter(|id| !id.is_empty());
    Ok(id.map(|id| format!("revid:{id}")))
}
