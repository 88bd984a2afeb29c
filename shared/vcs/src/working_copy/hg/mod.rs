//! Mercurial: the difference between the newest ancestor that is public and the working folder.
//!
//! That a changeset is public was noted when it was pushed or pulled, so that no server has to be asked.

mod answers;
mod server;

use super::command::Program;
use super::compare::Side;
use super::disk::Room;
use super::found::{Differing, Found, Now};
use super::{System, TakeError, Taken, Wanted};
use answers::Status;
use server::Server;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Files whose content is asked for at once.
const AT_ONCE: usize = 200;
/// The revision of nothing.
const NULL: &str = "0000000000000000000000000000000000000000";

/// Where the change starts from.
struct Start {
    node: String,
    branch: String,
}

/// Takes the change of the working copy at `top`.
pub(super) async fn take(wanted: &Wanted, top: PathBuf) -> Result<Taken, TakeError> {
    let mut hg = Server::start(Program::new(System::Hg, "hg", wanted, &top)).await?;
    let root = hg.bytes(&["root"], &[]).await?;
    let root = PathBuf::from(super::names::os(root.strip_suffix(b"\n").unwrap_or(&root)));
    let mut found = Found::new(System::Hg, root);
    found.repository = repository(&mut hg).await?;
    let start = start(&mut hg, wanted, &mut found).await?;
    around(&mut hg, &start, &mut found).await?;
    found.base.revision = Some(start.node.clone());
    found.branch = Some(start.branch.clone());
    files(&mut hg, &start, &mut found).await?;
    found.taken(wanted).await
}

/// The address that is pulled from; empty when there is none.
async fn repository(hg: &mut Server) -> Result<String, TakeError> {
    let answer = hg.run(&["paths", "default"], &[]).await?;
    let address = String::from_utf8_lossy(&answer.out).trim_end_matches('\n').to_owned();
    Ok(match answer.is_well {
        true => crate::git::without_password(&address),
        false => String::new(),
    })
}

/// The base that was named, or the newest public ancestor.
async fn start(hg: &mut Server, wanted: &Wanted, found: &mut Found) -> Result<Start, TakeError> {
    if let Some(named) = &wanted.base {
        let start = revision(hg, named).await?;
        found.base.words = format!("{} on {}, as named", short(&start.node), start.branch);
        return Ok(start);
    }
    if let Ok(start) = revision(hg, "max(::. and public())").await {
        found.base.words = format!("{} on {}, the newest that is public", short(&start.node), start.branch);
        return Ok(start);
    }
    if !found.repository.is_empty() {
        return Err(TakeError::NoBase {
            reason: "no changeset here is public: nothing was pushed or pulled yet".to_owned(),
        });
    }
    let no_changeset = |_| TakeError::NoBase {
        reason: "the repository has no changeset yet".to_owned(),
    };
    let start = revision(hg, "p1()").await.map_err(no_changeset)?;
    found.base.words = format!("{} on {}", short(&start.node), start.branch);
    found.remark(
        "The repository has no default path: whether a master has this changeset is not known here.",
        Some("Push it to where the master clones from."),
    );
    Ok(start)
}

async fn revision(hg: &mut Server, named: &str) -> Result<Start, TakeError> {
    let template = "{node}\\0{branch}\\0";
    let answer = hg.run(&["log", "-l", "1", "-T", template, "-r", named], &[]).await?;
    let [node, branch] = answers::fields(&String::from_utf8_lossy(&answer.out));
    match answer.is_well && !node.is_empty() && node != NULL {
        true => Ok(Start { node, branch }),
        false => Err(TakeError::NoRevision(named.to_owned())),
    }
}

fn short(node: &str) -> &str {
    node.get(..12).unwrap_or(node)
}

/// What lies between the base, the working folder and the other side, and what is unusual here.
async fn around(hg: &mut Server, start: &Start, found: &mut Found) -> Result<(), TakeError> {
    let template = "{branch}\\0{p2node}\\0{activebookmark}\\0";
    let here = hg.text(&["log", "-r", "wdir()", "-T", template]).await?;
    let [branch, other_parent, bookmark] = answers::fields(&here);
    let ahead = count(hg, &format!("only(., {})", start.node)).await?;
    found.base.ahead = ahead;
    if ahead > 0 {
        found.comment = hg.text(&["log", "-r", ".", "-T", "{desc}"]).await?;
        let changesets = if ahead == 1 { "changeset" } else { "changesets" };
        found
            .base
            .words
            .push_str(&format!(", {ahead} {changesets} of yours on top"));
    }
    let newest = format!("max(branch({}) and public())", start.node);
    if let Ok(newest) = revision(hg, &newest).await
        && newest.node != start.node
    {
        found.base.behind = Some(count(hg, &format!("only({}, {})", newest.node, start.node)).await?);
        found.base.newest = Some(newest.node);
    } else {
        found.base.behind = Some(0);
    }
    if branch != start.branch {
        let text = format!(
            "You are on the branch {branch}; the base is on {}, which is what a master has.",
            start.branch
        );
        found.remark(text, None);
    }
    if !bookmark.is_empty() {
        found.remark(
            format!("The bookmark {bookmark} is active; a master is told of the named branch only."),
            None,
        );
    }
    if other_parent != NULL && !other_parent.is_empty() {
        found.remark(
            "A merge is not committed yet: what it brings is part of the change.",
            None,
        );
    }
    if found.root.join(".hgsub").exists() {
        found.remark(
            "There are subrepositories: changes inside them are not part of the change.",
            None,
        );
    }
    Ok(())
}

async fn count(hg: &mut Server, revisions: &str) -> Result<u32, TakeError> {
    let dots = hg.bytes(&["log", "-r", revisions, "-T", "."], &[]).await?;
    Ok(u32::try_from(dots.len()).unwrap_or(u32::MAX))
}

/// The files that differ, and the untracked ones.
async fn files(hg: &mut Server, start: &Start, found: &mut Found) -> Result<(), TakeError> {
    let words = ["status", "-0", "-C", "-mardu", "--rev", &start.node];
    let lines = answers::status(&hg.bytes(&words, &[]).await?);
    let (untracked, lines): (Vec<Status>, Vec<Status>) = lines.into_iter().partition(|line| line.code == b'?');
    found.untracked = untracked.into_iter().map(|line| line.path).collect();
    let uncommitted = match found.base.ahead {
        0 => None,
        _ => Some(uncommitted(hg).await?),
    };
    let conflicts = conflicts(hg, &found.root).await?;
    let known: BTreeSet<&[u8]> = lines.iter().map(|line| line.path.as_slice()).collect();
    let others = conflicts.iter().filter(|path| !known.contains(path.as_slice()));
    let others: Vec<Status> = others
        .map(|path| Status {
            code: b'M',
            path: path.clone(),
            from: None,
        })
        .collect();
    let gone: BTreeSet<Vec<u8>> = lines
        .iter()
        .filter(|line| line.code == b'R')
        .map(|line| line.path.clone())
        .collect();
    let before = lines.iter().chain(&others).filter(|line| line.code != b'A');
    let sides = contents(hg, start, before.map(|line| line.path.as_slice())).await?;
    for line in lines.into_iter().chain(others) {
        // A copy whose source stays is a new file.
        let from = line.from.filter(|from| gone.contains(from));
        let old = sides.get(from.as_ref().unwrap_or(&line.path)).cloned();
        found.differing.push(Differing {
            conflict: conflicts.contains(&line.path),
            committed: uncommitted.as_ref().is_some_and(|paths| !paths.contains(&line.path)),
            now: if line.code == b'R' { Now::Gone } else { Now::OnDisk },
            path: line.path,
            from,
            old,
            huge: None,
        });
    }
    Ok(())
}

/// What differs from the parent of the working folder.
async fn uncommitted(hg: &mut Server) -> Result<BTreeSet<Vec<u8>>, TakeError> {
    let lines = answers::status(&hg.bytes(&["status", "-0", "-mard"], &[]).await?);
    Ok(lines.into_iter().map(|line| line.path).collect())
}

async fn conflicts(hg: &mut Server, root: &Path) -> Result<BTreeSet<Vec<u8>>, TakeError> {
    if !root.join(".hg/merge").exists() {
        return Ok(BTreeSet::new());
    }
    let words = ["resolve", "--list", "-T", "{mergestatus} {path}\\0"];
    let answer = hg.run(&words, &[]).await?;
    Ok(answers::unresolved(&answer.out).into_iter().collect())
}

/// The files as they are in the base; those that it does not have are left out.
async fn contents(
    hg: &mut Server,
    start: &Start,
    paths: impl Iterator<Item = &[u8]>,
) -> Result<BTreeMap<Vec<u8>, Side>, TakeError> {
    let names: Vec<Vec<u8>> = paths.map(|path| [b"path:", path].concat()).collect();
    let words = ["cat", "-T", answers::CAT, "-r", &start.node];
    let (mut sides, mut room) = (BTreeMap::new(), Room::new());
    for names in names.chunks(AT_ONCE) {
        // Both end badly when the base has none of them.
        let modes = hg
            .run(&["files", "-T", answers::FILES, "-r", &start.node], names)
            .await?;
        let answer = hg.run(&words, names).await?;
        let read = answers::contents(&answer.out, &answers::modes(&modes.out));
        for (path, side) in read.ok_or_else(|| hg.failed("cat", "it answered something unexpected"))? {
            room.take(&path, side.bytes.len())?;
            sides.insert(path, side);
        }
    }
    Ok(sides)
}
