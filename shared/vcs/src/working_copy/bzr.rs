//! Bazaar and Breezy: the difference between the last revision that the submit branch is known to have and the working
//! tree, by two trees: the words of `status` are ambiguous for some names, the trees are not.

use super::command::Program;
use super::disk;
use super::found::Found;
use super::names;
use super::trees::Trees;
use super::{System, TakeError, Taken, Wanted};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where the branch's changes go.
#[derive(Debug, PartialEq, Eq)]
enum Submit {
    /// Every commit is there at once: a checkout of it.
    Bound(String),
    /// A branch of its own, from that one.
    From(String),
    /// Nowhere.
    Nowhere,
}

/// Takes the change of the working tree at `top`.
pub(super) async fn take(wanted: &Wanted, top: PathBuf) -> Result<Taken, TakeError> {
    let bzr = program(wanted, &top).await?;
    let mut found = Found::new(System::Bzr, top.clone());
    let base = base(&bzr, wanted, &submit(&top), &mut found).await?;
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

/// Where commits go, by the branch's own notes.
fn submit(top: &Path) -> Submit {
    if let Ok(location) = std::fs::read_to_string(top.join(".bzr/branch/location")) {
        return Submit::Bound(location.trim().to_owned());
    }
    let notes = std::fs::read_to_string(top.join(".bzr/branch/branch.conf")).unwrap_or_default();
    let note = |key: &str| {
        let values = notes.lines().filter_map(|line| line.split_once('='));
        let mut values = values.filter(|(name, _)| name.trim() == key);
        values
            .next()
            .map(|(_, value)| value.trim().trim_matches('"').to_owned())
    };
    let is_bound = note("bound").is_some_and(|bound| bound.eq_ignore_ascii_case("true"));
    match note("bound_location").filter(|_| is_bound) {
        Some(location) => Submit::Bound(location),
        None => note("submit_branch")
            .or(note("parent_location"))
            .map_or(Submit::Nowhere, Submit::From),
    }
}

/// The id of the revision that the change is against.
async fn base(bzr: &Program, wanted: &Wanted, submit: &Submit, found: &mut Found) -> Result<String, TakeError> {
    let (number, tree) = revision(bzr, &["--tree"]).await.map_err(|_| TakeError::NoBase {
        reason: "the branch has no revision yet".to_owned(),
    })?;
    let location = match submit {
        Submit::Bound(location) | Submit::From(location) => Some(location.as_str()),
        Submit::Nowhere => None,
    };
    let address = location.map(|location| address(&found.root, location));
    found.repository = address.as_deref().map(crate::git::without_password).unwrap_or_default();
    found.branch = last_element(&found.repository);
    if let Some(named) = &wanted.base {
        let unknown = |_| TakeError::NoRevision(named.clone());
        let (number, id) = revision(bzr, &["-r", named]).await.map_err(unknown)?;
        found.base.words = format!("revision {number}, as named");
        return Ok(id);
    }
    match (submit, &address) {
        (Submit::From(_), Some(address)) if is_local(address) => {
            let ancestor = format!("ancestor:{address}");
            let none = |error: TakeError| TakeError::NoBase {
                reason: format!("no revision in common with {address} ({error})"),
            };
            let (base_number, id) = revision(bzr, &["-r", &ancestor]).await.map_err(none)?;
            found.base.words = format!("revision {base_number}, in common with {address}");
            ahead(&number, &base_number, id != tree, found);
            newest(bzr, address, &id, found).await;
            return Ok(id);
        }
        (Submit::From(_), Some(address)) => found.remark(
            format!("Whether revision {number} is in {address} is not known here."),
            Some("Push it, or name a base that is there."),
        ),
        (Submit::Nowhere, _) => found.remark(
            format!("The branch has no parent: whether a master has revision {number} is not known here."),
            Some("Push it to where the master branches from."),
        ),
        _ => {}
    }
    found.base.words = format!("revision {number}");
    Ok(tree)
}

/// The number and id of a revision.
async fn revision(bzr: &Program, words: &[&str]) -> Result<(String, String), TakeError> {
    let words = [&["revision-info"], words].concat();
    let said = bzr.text(&words).await?;
    let mut parts = said.split_whitespace();
    match (parts.next(), parts.next()) {
        // Before the first revision there is none.
        (Some(number), Some(id)) if id != "null:" => Ok((number.to_owned(), id.to_owned())),
        _ => Err(bzr.failed(&words, "it names no revision")),
    }
}

fn ahead(own: &str, base: &str, differs: bool, found: &mut Found) {
    let difference = own.parse::<u32>().ok().zip(base.parse().ok());
    // A base on another line of history has no number that tells how far it is.
    let ahead = difference.map_or(0, |(own, base)| own.saturating_sub(base));
    found.base.ahead = if differs { ahead.max(1) } else { 0 };
    if found.base.ahead > 0 {
        let revisions = if ahead == 1 { "revision" } else { "revisions" };
        found
            .base
            .words
            .push_str(&format!(", {} {revisions} of yours on top", found.base.ahead));
    }
}

/// What the other branch, a folder of this machine, has.
async fn newest(bzr: &Program, address: &str, base: &str, found: &mut Found) {
    // One that is away costs only this remark.
    if let Ok((_, id)) = revision(bzr, &["-d", address]).await {
        match id == base {
            true => found.base.behind = Some(0),
            false => found.base.newest = Some(format!("revid:{id}")),
        }
    }
}

/// A location as noted, which may be relative to the branch, as an address.
fn address(top: &Path, location: &str) -> String {
    let is_address = location.contains("://") || location.starts_with("lp:");
    if is_address || Path::new(location).is_absolute() {
        return location.to_owned();
    }
    let joined = top.join(names::percent_decoded(location));
    let address = joined.canonicalize().unwrap_or(joined);
    address.to_string_lossy().into_owned()
}

fn is_local(address: &str) -> bool {
    address.starts_with("file://") || Path::new(address).is_absolute()
}

fn last_element(address: &str) -> Option<String> {
    let last = address.trim_end_matches('/').rsplit(['/', ':']).next();
    last.filter(|last| !last.is_empty()).map(names::percent_decoded)
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

fn listing(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
    let names = bytes.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names
        .map(|name| name.strip_suffix(b"/").unwrap_or(name).to_vec())
        .collect()
}

/// What `status -S` says that the trees do not.
#[derive(Debug, Default)]
struct Status {
    moves: BTreeMap<Vec<u8>, Vec<u8>>,
    unknown: Vec<Vec<u8>>,
    missing: Vec<Vec<u8>>,
}

impl Status {
    /// Reads lines of three marks, a blank and a name: `R   a => b`, `?   c`, ` D  d`.
    fn read(bytes: &[u8]) -> Status {
        let mut status = Status::default();
        for line in bytes.split(|byte| *byte == b'\n') {
            let Some((marks, name)) = line.split_at_checked(4) else {
                continue;
            };
            match marks {
                [b'R', ..] => status.moves.extend(arrow(name)),
                [b'?', ..] => status.unknown.push(name.to_vec()),
                [b' ', b'D', ..] => status.missing.push(name.to_vec()),
                _ => {}
            }
        }
        status
    }
}

/// The places after and before `a => b`. Where a name has an arrow of its own, nothing is known of the move.
fn arrow(name: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut arrows = (0..name.len()).filter(|at| name[*at..].starts_with(b" => "));
    let at = arrows.next()?;
    arrows
        .next()
        .is_none()
        .then(|| (name[at + 4..].to_vec(), name[..at].to_vec()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn status_tells_moves_unknown_and_lost_files() {
        let status = Status::read(b" M  a\nR   b => c d\n?   u => v\n D  gone\n-D  told\nR   x => y => z\n");
        assert_eq!(status.moves, BTreeMap::from([(b"c d".to_vec(), b"b".to_vec())]));
        assert_eq!(status.unknown, [b"u => v".to_vec()]);
        assert_eq!(status.missing, [b"gone".to_vec()]);
    }

    #[test]
    fn a_location_is_made_an_address() {
        let top = Path::new("/nowhere/mine");
        assert_eq!(address(top, "lp:x"), "lp:x");
        assert_eq!(address(top, "/there"), "/there");
        assert_eq!(last_element("bzr+ssh://h/p/trunk/").as_deref(), Some("trunk"));
        assert_eq!(last_element(""), None);
    }

    proptest! {
        #[test]
        fn any_answer_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..200), words in "[R?D =>a\n]{0,60}") {
            Status::read(&bytes);
            Status::read(words.as_bytes());
            listing(&bytes);
        }
    }
}
