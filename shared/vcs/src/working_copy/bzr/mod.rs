//! Bazaar and Breezy: the difference between the last revision that the submit branch is known to have and the working
//! tree, by two trees: the words of `status` are ambiguous for some names, the trees are not.

mod answers;
mod base;

use super::command::Program;
use super::disk;
use super::found::Found;
use super::names;
use super::trees::Trees;
use super::{System, TakeError, Taken, Wanted};
use answers::{Status, listing};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Takes the change of the working tree at `top`.
pub(super) async fn take(wanted: &Wanted, top: PathBuf) -> Result<Taken, TakeError> {
    let bzr = program(wanted, &top).await?;
    let mut found = Found::new(System::Bzr, top.clone());
    let base = base::find(&bzr, wanted, &mut found).await?;
    let revision = format!("revid:{base}");
    let lines = bzr
        .bytes(&["status", "-S", "--no-classify", "-r", &revision], &[])
        .await?;
    let status = Status::read(&lines);
    let conflicts = conflicts(&bzr, &top, &mut found).await?;
    let scratch = disk::scratch()?;
    let exported = scratch.path().join("base");
    export(&bzr, &revision, &exported).await?;
    let listed = bzr.bytes(&["ls", "-V", "-R", "-0"], &[]).await?;
    let mut tracked = listing(&listed);
    tracked.extend(status.missing);
    let trees = Trees {
        base: exported,
        administration: ".bzr",
        root: top,
        tracked,
        moves: status.moves,
        has_modes: true,
    };
    found.differing = trees.differing().await?;
    for differing in &mut found.differing {
        differing.conflict = conflicts.contains(&differing.path);
    }
    found.untracked = status.unknown;
    found.base.revision = Some(revision);
    found.taken(wanted).await
}

/// `brz` where it is, else `bzr`.
async fn program(wanted: &Wanted, top: &Path) -> Result<Program, TakeError> {
    let brz = Program::new(System::Bzr, "brz", wanted, top);
    match brz.run(&["root"], &[]).await {
        Err(TakeError::NoProgram { .. }) if wanted.program.is_none() => {
            Ok(Program::new(System::Bzr, "bzr", wanted, top))
        }
        Ok(answer) if !answer.is_well => Err(brz.failed(&["root"], &answer.complaints)),
        other => other.map(|_| brz),
    }
}

/// Writes the base into a folder; what an export leaves out is written after it.
async fn export(bzr: &Program, revision: &str, folder: &Path) -> Result<(), TakeError> {
    let words = ["export", "--format=dir", "-r", revision];
    bzr.bytes(&words, &[folder.into()]).await?;
    let listed = bzr
        .bytes(&["ls", "-V", "-R", "-0", "-k", "file", "-r", revision], &[])
        .await?;
    for name in listing(&listed) {
        let Some(place) = names::place(folder, &name).filter(|place| !place.exists()) else {
            continue;
        };
        let word: OsString = match name.starts_with(b"-") {
            true => names::os(&[b"./", name.as_slice()].concat()),
            false => names::os(&name),
        };
        let bytes = bzr.bytes(&["cat", "-r", revision], &[word]).await?;
        let unwritten = |error: std::io::Error| bzr.failed(&words, &error.to_string());
        std::fs::create_dir_all(place.parent().unwrap_or(folder)).map_err(unwritten)?;
        std::fs::write(&place, bytes).map_err(unwritten)?;
    }
    Ok(())
}

/// Unresolved files; what is unresolved besides stops the change.
async fn conflicts(bzr: &Program, top: &Path, found: &mut Found) -> Result<BTreeSet<Vec<u8>>, TakeError> {
    let mut conflicts = BTreeSet::new();
    let noted = std::fs::metadata(top.join(".bzr/checkout/conflicts"));
    // The notes have a heading even without a conflict.
    if !noted.is_ok_and(|noted| noted.len() > 0) {
        return Ok(conflicts);
    }
    let said = bzr.bytes(&["conflicts"], &[]).await?;
    for line in said.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let kinds = [b"Text conflict in ".as_slice(), b"Contents conflict in "];
        match kinds.iter().find_map(|kind| line.strip_prefix(*kind)) {
            Some(name) => {
                conflicts.insert(name.to_vec());
            }
            None => found.stop(
                format!("{}.", names::shown(line)),
                "Resolve it, and tell Bazaar by `brz resolve`.",
            ),
        }
    }
    Ok(conflicts)
}
