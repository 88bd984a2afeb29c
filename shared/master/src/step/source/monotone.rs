//! Monotone (B-133; S-046). Its database stands beside the tree.

use super::checkout::{Checkout, SourceError};
use super::tree::Cleaning;
use model::config::MonotoneSource;

/// The database, seen from the tree.
const DATABASE: &str = "../db.mtn";

/// Pulls and checks out into `folder`, which is not there.
pub async fn check_out(at: &mut Checkout<'_, '_>, mtn: &MonotoneSource, folder: &str) -> Result<(), SourceError> {
    if !at.exists(&format!("{folder}/{DATABASE}")).await? {
        at.make(folder).await?;
        at.ok(folder, &["mtn", "db", "init", "--db", DATABASE]).await?;
    }
    pull(at, mtn, folder).await?;
    let (branch, revision) = wanted(at);
    at.ok(
        folder,
        &[
            "mtn",
            "checkout",
            ".",
            "--db",
            DATABASE,
            "--branch",
            &branch,
            "--revision",
            &revision,
        ],
    )
    .await
}

/// Pulls and brings the tree to the wanted revision.
pub async fn update(at: &mut Checkout<'_, '_>, mtn: &MonotoneSource, folder: &str) -> Result<(), SourceError> {
    pull(at, mtn, folder).await?;
    let (branch, revision) = wanted(at);
    at.ok(folder, &["mtn", "update", "--revision", &revision, "--branch", &branch])
        .await
}

async fn pull(at: &mut Checkout<'_, '_>, mtn: &MonotoneSource, folder: &str) -> Result<(), SourceError> {
    let whence = format!("{}?{}", at.wanted.url, at.wanted.branch);
    let ticker = if mtn.progress { "--ticker=dot" } else { "--ticker=none" };
    at.ok(folder, &["mtn", "pull", ticker, "--db", DATABASE, &whence]).await
}

/// The branch and the revision, which is the branch's head where none is named.
fn wanted(at: &Checkout<'_, '_>) -> (String, String) {
    let branch = at.wanted.branch.clone();
    let revision = match at.wanted.revision.as_str() {
        "" => format!("h:{branch}"),
        revision => revision.to_owned(),
    };
    (branch, revision)
}

/// Brings tracked files back and removes others.
pub async fn clean(at: &mut Checkout<'_, '_>, folder: &str, cleaning: Cleaning) -> Result<(), SourceError> {
    at.ok(folder, &["mtn", "revert", "."]).await?;
    let lists: &[&str] = match cleaning {
        Cleaning::Unknown => &["unknown"],
        Cleaning::All => &["unknown", "ignored"],
    };
    for list in lists {
        let Some(said) = at.said(folder, &["mtn", "ls", list]).await? else {
            return Err(SourceError::Failed { remark: "" });
        };
        let leads_out = |path: &str| path.starts_with('/') || path.split('/').any(|element| element == "..");
        let paths = said.lines().filter(|path| !path.is_empty() && !leads_out(path));
        let paths: Vec<String> = paths.map(str::to_owned).collect();
        at.remove_in(folder, &paths).await?;
    }
    Ok(())
}

/// The id of the revision that is checked out.
pub async fn revision(at: &mut Checkout<'_, '_>, folder: &str) -> Result<Option<String>, SourceError> {
    let said = at.said(folder, &["mtn", "automate", "get_base_revision_id"]).await?;
    Ok(said.map(|said| said.trim().to_owned()).filter(|id| !id.is_empty()))
}
