//! Where the change starts from: the newest commit in common with what a master can reach.

use super::others::{Other, others};
use super::refs::{self, Ref};
use super::{Place, failed, joined};
use crate::git::GitError;
use crate::working_copy::{Base, Remark, TakeError, Wanted};

/// Digits of a commit that people read.
const SHORT: usize = 7;

/// A base, and what goes with it.
#[derive(Debug)]
pub(super) struct Found {
    /// The commit.
    pub(super) commit: String,
    pub(super) shown: Base,
    /// As the remote names it.
    pub(super) branch: Option<String>,
    pub(super) remote: Option<String>,
    pub(super) remarks: Vec<Remark>,
}

/// Finds the base for what is checked out.
pub(super) fn find(place: &Place, wanted: &Wanted) -> Result<Found, TakeError> {
    let refs = refs::read(place)?;
    let others = others(&refs);
    let mut found = match (&wanted.base, &wanted.branch) {
        (Some(named), _) => named_base(place, named, others.first())?,
        (None, Some(branch)) => match branch_named(place, branch, &others)? {
            Some(other) => in_common(place, other.0, &other.1, false)?,
            None => first_of(place, &refs, others)?,
        },
        (None, None) => first_of(place, &refs, others)?,
    };
    if let Some(branch) = &wanted.branch {
        found.branch = Some(plain(place, branch)?);
    }
    if !refs.iter().any(|known| known.is_head) {
        found.remarks.insert(
            0,
            remark(
                format!("no branch is checked out; the change starts from {}", found.shown.words),
                Some("Name the branch, if the master is to take another one."),
            ),
        );
    }
    Ok(found)
}

/// The first of `others` that is there.
fn first_of(place: &Place, refs: &[Ref], others: Vec<Other>) -> Result<Found, TakeError> {
    let head = refs.iter().find(|known| known.is_head);
    let mut gone = None;
    for other in others {
        if let Some(tip) = commit(place, &other.name)? {
            let mut found = in_common(place, other.clone(), &tip, head.is_some_and(|head| head.commit == tip))?;
            found.remarks.extend(gone.map(|gone: Other| {
                let text = format!("{} is not there; {} is taken instead", gone.shown(), other.shown());
                remark(text, None)
            }));
            return Ok(found);
        }
        gone.get_or_insert(other);
    }
    let reason = match (head, gone) {
        (_, Some(gone)) => format!("{} is not there", gone.shown()),
        (Some(_), None) => "the branch follows no other".to_owned(),
        (None, None) => "no branch is checked out, and no remote's branch is known".to_owned(),
    };
    Err(TakeError::NoBase { reason })
}

/// The base in common with `other`, which is at `tip`; that may be what is checked out here.
fn in_common(place: &Place, other: Other, tip: &str, is_head: bool) -> Result<Found, TakeError> {
    let shown = other.shown().to_owned();
    let range = format!("HEAD...{tip}");
    let (base, counts) = if is_head {
        (Some(tip.to_owned()), None)
    } else {
        std::thread::scope(|scope| {
            let counts = scope.spawn(|| answer(place, &["rev-list", "--count", "--left-right", &range]));
            Ok((answer(place, &["merge-base", "HEAD", tip])?, joined(counts)?))
        })?
    };
    let base = base.ok_or_else(|| {
        let reason = match place.is_shallow() {
            true => format!(
                "the clone is shallow, and what it has has no commit in common with {shown}; `git fetch --unshallow` brings the rest"
            ),
            false => format!("no commit in common with {shown}"),
        };
        TakeError::NoBase { reason }
    })?;
    let counts = counts.unwrap_or_default();
    let mut counts = counts.split_whitespace().map(|count| count.parse().unwrap_or(0));
    let (ahead, behind) = (counts.next().unwrap_or(0), counts.next().unwrap_or(0));
    let mut remarks = vec![];
    if ahead > 0 {
        let text = format!(
            "{} of yours {} not in {shown} and will be part of the patch",
            commits(ahead),
            are(ahead)
        );
        remarks.push(remark(text, None));
    }
    if behind > 0 {
        let text = format!(
            "{shown} has {} more than the base, as far as is known here",
            commits(behind)
        );
        remarks.push(remark(
            text,
            Some("Rebase or merge first, if the newest is to be tested."),
        ));
    }
    Ok(Found {
        shown: Base {
            revision: Some(base.clone()),
            words: words(&shown, &base, ahead),
            ahead,
            behind: Some(behind),
            newest: (base != tip).then(|| tip.to_owned()),
        },
        commit: base,
        branch: other.branch,
        remote: other.remote,
        remarks,
    })
}

/// The base that the person named: a branch's common commit, or exactly the commit.
fn named_base(place: &Place, named: &str, usual: Option<&Other>) -> Result<Found, TakeError> {
    let missing = || TakeError::NoRevision(named.to_owned());
    let tip = commit(place, named)?.ok_or_else(missing)?;
    let full = answer(place, &["rev-parse", "--symbolic-full-name", named])?.unwrap_or_default();
    let (branch, remote) = match usual {
        Some(usual) => (usual.branch.clone(), usual.remote.clone()),
        None => (answer(place, &["symbolic-ref", "-q", "--short", "HEAD"])?, None),
    };
    let is_branch = full.starts_with("refs/heads/") || full.starts_with("refs/remotes/");
    let mut found = if is_branch && named != "HEAD" {
        let other = Other {
            name: full,
            remote,
            branch,
        };
        in_common(place, other, &tip, false)?
    } else {
        exactly(place, named, tip, branch, remote)?
    };
    found.remarks.extend(unknown_elsewhere(place, &found.commit)?);
    Ok(found)
}

fn exactly(
    place: &Place,
    named: &str,
    commit: String,
    branch: Option<String>,
    remote: Option<String>,
) -> Result<Found, TakeError> {
    let range = format!("{commit}..HEAD");
    let ahead = answer(place, &["rev-list", "--count", &range])?.and_then(|count| count.parse().ok());
    let ahead = ahead.unwrap_or(0);
    let is_hash = commit.starts_with(named);
    Ok(Found {
        shown: Base {
            revision: Some(commit.clone()),
            words: words(if is_hash { "the commit" } else { named }, &commit, ahead),
            ahead,
            behind: None,
            newest: None,
        },
        commit,
        branch,
        remote,
        remarks: vec![],
    })
}

/// That no remote is known to have the base, if there are remotes.
fn unknown_elsewhere(place: &Place, commit: &str) -> Result<Option<Remark>, TakeError> {
    let containing = ["for-each-ref", "--count=1", "--contains", commit, "refs/remotes"];
    let known = answer(place, &containing)?.unwrap_or_default();
    let text = format!("no remote branch that is known here has the base {}", &commit[..SHORT]);
    Ok(known
        .is_empty()
        .then(|| remark(text, Some("Push it first, if the master reads another repository."))))
}

/// The branch that the person named, and its newest commit: of a remote before one of this repository.
fn branch_named(place: &Place, named: &str, others: &[Other]) -> Result<Option<(Other, String)>, TakeError> {
    let mut remotes: Vec<&str> = others.iter().filter_map(|other| other.remote.as_deref()).collect();
    remotes.push("origin");
    let mut names = vec![(
        format!("refs/remotes/{named}"),
        named.split_once('/').map(|(remote, _)| remote),
    )];
    names.extend(
        remotes
            .iter()
            .map(|remote| (format!("refs/remotes/{remote}/{named}"), Some(*remote))),
    );
    names.push((format!("refs/heads/{named}"), remotes.first().copied()));
    for (name, remote) in names {
        if let Some(tip) = commit(place, &name)? {
            let other = Other {
                name,
                remote: remote.map(str::to_owned),
                branch: None,
            };
            return Ok(Some((other, tip)));
        }
    }
    Ok(None)
}

/// The branch's name without the remote that it may begin with.
fn plain(place: &Place, branch: &str) -> Result<String, TakeError> {
    if !branch.contains('/') {
        return Ok(branch.to_owned());
    }
    let remotes = answer(place, &["remote"])?.unwrap_or_default();
    let without = remotes
        .lines()
        .find_map(|remote| branch.strip_prefix(remote)?.strip_prefix('/'));
    Ok(without.unwrap_or(branch).to_owned())
}

fn commit(place: &Place, name: &str) -> Result<Option<String>, TakeError> {
    let commit = format!("{name}^{{commit}}");
    answer(
        place,
        &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit],
    )
}

/// What git says; `None` where it says no.
fn answer(place: &Place, arguments: &[&str]) -> Result<Option<String>, TakeError> {
    match place.git.text(arguments) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(GitError::Failed { .. }) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn words(other: &str, base: &str, ahead: u32) -> String {
    let short = &base[..base.len().min(SHORT)];
    match ahead {
        0 => format!("{other} at {short}"),
        _ => format!("{other} at {short}, {} of yours on top", commits(ahead)),
    }
}

fn commits(count: u32) -> String {
    match count {
        1 => "1 commit".to_owned(),
        more => format!("{more} commits"),
    }
}

fn are(count: u32) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

fn remark(text: String, hint: Option<&str>) -> Remark {
    Remark {
        stops: false,
        text,
        hint: hint.map(str::to_owned),
    }
}
