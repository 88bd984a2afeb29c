//! Monotone: the difference between the revision of the workspace and its files, by `mtn automate`.

mod stanzas;

use super::command::Program;
use super::compare::Side;
use super::found::{Differing, Found, Now};
use super::names;
use super::{System, TakeError, Taken, Wanted};
use stanzas::Stanza;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::PathBuf;

/// What stands before every command.
const QUIET: [&str; 2] = ["--non-interactive", "--quiet"];

/// A file of the inventory.
struct File {
    /// Where it is, or was when it is gone.
    path: Vec<u8>,
    /// Where it was in the revision.
    before: Option<Vec<u8>>,
    is_gone: bool,
}

/// Takes the change of the workspace at `top`.
pub(super) async fn take(wanted: &Wanted, top: PathBuf) -> Result<Taken, TakeError> {
    let mtn = Program::new(System::Mtn, "mtn", wanted, &top);
    let mut found = Found::new(System::Mtn, top);
    let revision = base(&mtn, wanted, &mut found).await?;
    options(&mtn, &mut found).await?;
    let inventory = automate(&mtn, &["inventory"], &[]).await?;
    let unclear = || mtn.failed(&["inventory"], "it answered something unexpected");
    let inventory = stanzas::read(&inventory).ok_or_else(unclear)?;
    found.untracked = inventory
        .iter()
        .filter(|stanza| stanza.has("status", "unknown") && !stanza.has("fs_type", "directory"))
        .filter_map(|stanza| stanza.value("path").map(<[u8]>::to_vec))
        .collect();
    let files = files(&inventory);
    found.differing = differing(&mtn, &revision, files).await?;
    found.taken(wanted).await
}

async fn automate(mtn: &Program, words: &[&str], names: &[OsString]) -> Result<Vec<u8>, TakeError> {
    mtn.bytes(&[&QUIET, ["automate"].as_slice(), words].concat(), names)
        .await
}

/// The revision that the change is against.
async fn base(mtn: &Program, wanted: &Wanted, found: &mut Found) -> Result<String, TakeError> {
    let said = automate(mtn, &["get_base_revision_id"], &[]).await?;
    let own = names::shown(&said).trim().to_owned();
    if own.is_empty() {
        return Err(TakeError::NoBase {
            reason: "the workspace has no revision yet".to_owned(),
        });
    }
    let revision = match &wanted.base {
        None => own,
        Some(named) => {
            let unknown = |_| TakeError::NoRevision(named.clone());
            let selected = automate(mtn, &["select"], &[named.into()]).await.map_err(unknown)?;
            let selected = names::shown(&selected);
            let mut lines = selected.lines();
            match (lines.next(), lines.next()) {
                (Some(one), None) => one.to_owned(),
                _ => return Err(TakeError::NoRevision(named.clone())),
            }
        }
    };
    if wanted.base.is_none() {
        found.remark(
            "Whether the server has the revision of the workspace is not known here.",
            Some("`mtn sync` makes sure."),
        );
    }
    found.base.words = format!("revision {}", revision.get(..10).unwrap_or(&revision));
    found.base.revision = Some(revision.clone());
    Ok(revision)
}

/// The branch, and the server that is synced with.
async fn options(mtn: &Program, found: &mut Found) -> Result<(), TakeError> {
    let noted = std::fs::read(found.root.join("_MTN/options")).unwrap_or_default();
    let noted = stanzas::read(&noted).unwrap_or_default();
    found.branch = noted.iter().find_map(|stanza| stanza.value("branch")).map(names::shown);
    let words = [&QUIET, ["list", "vars", "database"].as_slice()].concat();
    // One that never synced has no such variable.
    let said = mtn.run(&words, &[]).await?;
    let said = names::shown(&said.out);
    let server = said
        .lines()
        .find_map(|line| line.strip_prefix("database: default-server "));
    found.repository = server.map(crate::git::without_password).unwrap_or_default();
    Ok(())
}

/// The files that may differ; folders are made with them.
fn files(inventory: &[Stanza]) -> Vec<File> {
    let mut files = Vec::new();
    for stanza in inventory {
        let Some(path) = stanza.value("path") else { continue };
        let has = |status: &str| stanza.has("status", status);
        let is_file = |key: &str| stanza.has(key, "file");
        let is_target = has("rename_target");
        let is_changed = !stanza.all("changes").is_empty();
        if is_file("new_type") && (has("added") || is_target || is_changed || has("missing") || has("invalid")) {
            let before = match (has("added"), is_target) {
                (true, _) => None,
                (false, true) => stanza.value("old_path").map(<[u8]>::to_vec),
                (false, false) => Some(path.to_vec()),
            };
            files.push(File {
                path: path.to_vec(),
                before,
                is_gone: false,
            });
        } else if is_file("old_type") && (has("dropped") || has("rename_source")) {
            files.push(File {
                path: path.to_vec(),
                before: Some(path.to_vec()),
                is_gone: true,
            });
        }
    }
    files
}

async fn differing(mtn: &Program, revision: &str, files: Vec<File>) -> Result<Vec<Differing>, TakeError> {
    let before: BTreeSet<Vec<u8>> = files.iter().filter_map(|file| file.before.clone()).collect();
    let contents = content(mtn, revision, &before).await?;
    let mut differing = Vec::new();
    for file in files {
        let (was, is) = match file.is_gone {
            true => (false, false),
            false => executable(mtn, &file.path).await?,
        };
        let mode = |executable| if executable { 0o100_755 } else { 0o100_644 };
        let old = file.before.as_ref().and_then(|before| contents.get(before));
        let old = old.map(|bytes| Side {
            mode: mode(was),
            bytes: bytes.clone(),
        });
        differing.push(Differing {
            from: file.before.filter(|before| *before != file.path),
            old,
            now: if file.is_gone {
                Now::Gone
            } else {
                Now::OnDiskAs(mode(is))
            },
            path: file.path,
            ..Differing::default()
        });
    }
    Ok(differing)
}

/// Files as they are in the revision.
async fn content(
    mtn: &Program,
    revision: &str,
    paths: &BTreeSet<Vec<u8>>,
) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, TakeError> {
    let words = [&QUIET, ["automate", "get_file_of", "-r", revision, "--"].as_slice()].concat();
    let runs = paths.iter().map(|path| vec![names::os(path)]).collect();
    let contents = mtn.each(&words, runs).await?;
    Ok(paths.iter().cloned().zip(contents).collect())
}

/// Whether a file could be run in the revision, and can now, by its attribute.
async fn executable(mtn: &Program, path: &[u8]) -> Result<(bool, bool), TakeError> {
    let said = automate(mtn, &["get_attributes", "--"], &[names::os(path)]).await?;
    let stanzas = stanzas::read(&said).unwrap_or_default();
    let attribute = stanzas.iter().find(|stanza| stanza.has("attr", "mtn:execute"));
    let Some(attribute) = attribute else {
        return Ok((false, false));
    };
    let state = |state: &str| attribute.has("state", state);
    Ok((!state("added"), !state("dropped")))
}
