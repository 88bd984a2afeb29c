//! CVS: the difference between the revisions that CVS notes and the files of the working copy.
//!
//! What the repository has is kept nowhere here, so that the server is asked, for the files that were touched only.

mod entries;
mod moment;

use super::command::Program;
use super::compare::Side;
use super::found::{Differing, Found, Now};
use super::ignore::Ignored;
use super::{System, TakeError, Taken, Wanted, names, read};
use entries::{Entry, Notes, Sticky};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use moment::{Known, Moment};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What CVS ignores without having been told, by its manual.
const IGNORED: &[u8] = b"RCS SCCS CVS CVS.adm RCSLOG cvslog.* tags TAGS .make.state .nse_depinfo *~ #* .#* ,* _$* *$ \
    *.old *.bak *.BAK *.orig *.rej .del-* *.a *.olb *.o *.obj *.so *.exe *.Z *.elc *.ln core";
/// The longest path in the repository, in bytes.
const LONGEST_PATH: u64 = 64 << 10;
/// Folders in folders that are looked into.
const DEEPEST: usize = 128;

/// A file that CVS knows, and how it lies there.
#[derive(Debug)]
struct File {
    entry: Entry,
    /// When it was last written, as CVS notes times; `None` when it is not there.
    written: Option<DateTime>,
}

impl File {
    fn is_added(&self) -> bool {
        self.entry.revision == "0"
    }

    fn is_conflict(&self) -> bool {
        self.entry.conflict.is_some() && self.entry.conflict == self.written
    }

    /// Whether it may differ from its revision.
    fn is_touched(&self) -> bool {
        self.is_added() || self.entry.is_removed || self.written.is_none() || self.written != self.entry.time
    }
}

/// Everything that CVS knows in the working copy.
#[derive(Debug, Default)]
struct Seen {
    files: BTreeMap<Vec<u8>, File>,
    untracked: Vec<Vec<u8>>,
    /// Folders that stick to something else than the top.
    elsewhere: Vec<Vec<u8>>,
}

/// Takes the change of the working copy at `top`.
pub(super) async fn take(wanted: &Wanted, top: PathBuf) -> Result<Taken, TakeError> {
    let cvs = Program::new(System::Cvs, "cvs", wanted, &top);
    let mut found = Found::new(System::Cvs, top.clone());
    found.says_renames = false;
    found.ignored = ignored();
    let sticky = entries::sticky(&top);
    let (ignored, common) = (found.ignored.clone(), sticky.clone());
    let looking = tokio::task::spawn_blocking(move || {
        let mut seen = Seen::default();
        look(&top, b"", &ignored, &common, DEEPEST, &mut seen);
        seen
    });
    let seen = looking
        .await
        .map_err(|error| TakeError::GivenUp(format!("reading the folders ended early: {error}")))?;
    let root = address(&found.root);
    // A repository of this machine is only read: no lock is left in it.
    let is_local = root.starts_with('/') || root.starts_with(":local:") || root.starts_with(":fork:");
    let options: &[&str] = if is_local { &["-f", "-R", "-q"] } else { &["-f", "-q"] };
    found.repository = entries::without_password(&root);
    base(&cvs, wanted, options, &sticky, &seen, &mut found).await?;
    found.differing = differing(&cvs, options, &seen).await?;
    if !seen.elsewhere.is_empty() {
        let text = format!(
            "{} is of another branch or time than the top.",
            names::some(&seen.elsewhere)
        );
        found.remark(text, Some("`cvs update -A`, or `-r` with the branch, makes it one."));
    }
    found.untracked = seen.untracked;
    found.taken(wanted).await
}

fn address(top: &Path) -> String {
    let root = std::fs::read_to_string(top.join("CVS/Root")).unwrap_or_default();
    root.trim().to_owned()
}

fn ignored() -> Ignored {
    let mut ignored = Ignored::default();
    ignored.add(IGNORED);
    let home = std::env::home_dir().map(|home| home.join(".cvsignore"));
    ignored.add(&home.and_then(|path| std::fs::read(path).ok()).unwrap_or_default());
    ignored.add(std::env::var("CVSIGNORE").unwrap_or_default().as_bytes());
    ignored
}

/// Looks at a folder that CVS knows, and at those in it.
fn look(folder: &Path, above: &[u8], ignored: &Ignored, common: &Sticky, deep: usize, seen: &mut Seen) {
    if entries::sticky(folder) != *common {
        seen.elsewhere.push(above.to_vec());
    }
    let Notes { files, folders } = entries::read(folder);
    let mut here = ignored.clone();
    here.add(&std::fs::read(folder.join(".cvsignore")).unwrap_or_default());
    // A folder that may not be read has nothing untracked to offer.
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let last = names::bytes(Path::new(&entry.file_name()));
        let is_known = files.contains_key(&last) || folders.contains(&last);
        if !is_known && last != b"CVS" && !here.fits(&last) {
            seen.untracked.push(names::join(above, &last));
        }
    }
    for (name, entry) in files {
        let written = written(&folder.join(names::os(&name)));
        seen.files.insert(names::join(above, &name), File { entry, written });
    }
    for name in folders {
        let inner = folder.join(names::os(&name));
        if deep > 0 && !inner.is_symlink() && inner.join("CVS").is_dir() {
            look(&inner, &names::join(above, &name), ignored, common, deep - 1, seen);
        }
    }
}

/// When a file was last written, in UTC and whole seconds.
fn written(path: &Path) -> Option<DateTime> {
    let time = path.symlink_metadata().ok()?.modified().ok()?;
    let time = TimeZone::UTC.to_datetime(Timestamp::try_from(time).ok()?);
    time.with().subsec_nanosecond(0).build().ok()
}

/// The time that the change is against.
async fn base(
    cvs: &Program,
    wanted: &Wanted,
    options: &[&str],
    sticky: &Sticky,
    seen: &Seen,
    found: &mut Found,
) -> Result<(), TakeError> {
    if let Sticky::Tag(tag) = sticky {
        found.branch = Some(tag.clone());
    }
    if let Some(named) = &wanted.base {
        found.base.revision = Some(named.clone());
        found.base.words = format!("{named}, as named");
        return Ok(());
    }
    let newest = seen.files.values().filter_map(|file| file.entry.time).max();
    let newest = newest.ok_or_else(|| TakeError::NoBase {
        reason: "CVS notes no file here that was checked out".to_owned(),
    })?;
    let aside = |file: &File| file.written.is_none() || file.is_conflict() || file.entry.is_removed || file.is_added();
    let known = Known {
        revisions: seen
            .files
            .iter()
            .map(|(name, file)| (name.clone(), file.entry.revision.clone()))
            .collect(),
        aside: seen
            .files
            .iter()
            .filter(|(_, file)| aside(file))
            .map(|(name, _)| name.clone())
            .collect(),
        newest,
        sticky,
        options,
    };
    let moment = moment::find(cvs, &known).await?;
    remarks(&moment, found);
    let time = moment::shown(moment.time);
    found.base.words = match &found.branch {
        Some(branch) => format!("{branch} at {time}"),
        None => time.clone(),
    };
    found.base.revision = Some(time);
    Ok(())
}

fn remarks(moment: &Moment, found: &mut Found) {
    let some = |files: &std::collections::BTreeSet<Vec<u8>>| {
        let files: Vec<Vec<u8>> = files.iter().cloned().collect();
        names::some(&files)
    };
    if let Some(reason) = &moment.untried {
        let text = format!("The time of the base is not certain, as the server could not be asked: {reason}.");
        found.remark(text, None);
    }
    if !moment.differing.is_empty() {
        let text = format!(
            "No time has all files as you have them: {} has another revision then.",
            some(&moment.differing)
        );
        found.remark(text, Some("`cvs update` makes them one."));
    }
    if !moment.outdated.is_empty() {
        let text = format!("The server has newer revisions of {}.", some(&moment.outdated));
        found.remark(
            text,
            Some("`cvs update` gets them; the change is built on what you have."),
        );
    }
}

/// The files that differ from their revisions, or may.
async fn differing(cvs: &Program, options: &[&str], seen: &Seen) -> Result<Vec<Differing>, TakeError> {
    let touched: Vec<(&Vec<u8>, &File)> = seen.files.iter().filter(|(_, file)| file.is_touched()).collect();
    let known = touched
        .iter()
        .filter(|(_, file)| !file.is_added() && !file.is_conflict());
    let runs: Vec<Vec<OsString>> = known
        .clone()
        .map(|(name, file)| vec![file.entry.revision.clone().into(), "--".into(), names::os(name)])
        .collect();
    let words = [options, &["update", "-p", "-r"]].concat();
    let contents = cvs.each(&words, runs).await?;
    let mut contents: BTreeMap<&Vec<u8>, Vec<u8>> = known.map(|(name, _)| *name).zip(contents).collect();
    for (name, file) in touched.iter().filter(|(_, file)| file.is_conflict()) {
        contents.insert(*name, of_conflict(cvs, options, name, &file.entry.revision).await?);
    }
    let root = cvs.folder();
    let differing = touched.into_iter().map(|(name, file)| Differing {
        path: name.clone(),
        old: contents.remove(name).map(|bytes| Side {
            mode: mode(&root.join(names::os(name))),
            bytes,
        }),
        now: if file.entry.is_removed { Now::Gone } else { Now::OnDisk },
        conflict: file.is_conflict(),
        ..Differing::default()
    });
    Ok(differing.collect())
}

/// A revision of a file with a conflict, of which `update` says nothing else: by its place in the repository.
async fn of_conflict(cvs: &Program, options: &[&str], name: &[u8], revision: &str) -> Result<Vec<u8>, TakeError> {
    let path = cvs.folder().join(names::os(name));
    let notes = path.parent().unwrap_or(cvs.folder()).join("CVS/Repository");
    let folder = read::whole(&notes, LONGEST_PATH).unwrap_or_default();
    let folder = folder.strip_suffix(b"\n").unwrap_or(&folder);
    let root = address(cvs.folder());
    // Older versions note the whole path, of which the address has the beginning.
    let above = root.rsplit(':').next().unwrap_or_default().as_bytes();
    let folder = folder.strip_prefix(above).unwrap_or(folder);
    let folder = folder.strip_prefix(b"/").unwrap_or(folder);
    let last = name.rsplit(|byte| *byte == b'/').next().unwrap_or(name);
    let words = [options, &["-d", &root, "checkout", "-p", "-r", revision, "--"]].concat();
    cvs.bytes(&words, &[names::os(&names::join(folder, last))]).await
}

/// CVS keeps the mode that a file had when it was added, and never changes it: what lies there has it.
fn mode(path: &Path) -> u32 {
    let seen = path.symlink_metadata().ok();
    seen.filter(|seen| seen.is_file())
        .and_then(|seen| read::mode(&seen))
        .unwrap_or(0o100_644)
}
