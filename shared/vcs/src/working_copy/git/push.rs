//! The push of what a build has tested: the tested tree and nothing else reaches the branch.
//!
//! Neither the working copy nor the index is touched. What is pushed is `HEAD`, where it has the tested tree, otherwise a
//! commit that is made of the tested tree; the repository gains that commit's objects and, after the push, what git notes
//! of the remote's branch.

use super::settings::Settings;
use super::{Place, Stop, address};
use crate::git::GitError;
use crate::git::command::{Answer, Git};
use crate::git::without_password;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The longest time for a push, with the person's own hooks.
const PUSH_WITHIN: Duration = Duration::from_secs(600);

/// What is to be pushed where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Push {
    /// Name or address of the remote: `origin`.
    pub remote: String,
    /// The branch there: `main`.
    pub branch: String,
    /// The tree that was tested: [`super::super::Diff::tree`].
    pub tree: String,
    /// The commit that the tested patch is for.
    pub base: String,
    /// The tested patch, as `git apply -p1` takes it.
    pub patch: Vec<u8>,
    /// The commit that was checked out when the change was taken ([`super::super::Taken::head`]); a commit that is made
    /// has it as its parent, and nothing is pushed when another one is checked out now. Without it the base is the parent.
    pub head: Option<String>,
    /// The message of a commit that is made.
    pub message: String,
    /// The program, instead of the `git` on the PATH.
    pub program: Option<PathBuf>,
}

/// What a push would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// The commit that is checked out has the tested tree.
    Head {
        /// It.
        commit: String,
    },
    /// A commit is made.
    NewCommit {
        /// On top of this one.
        parent: String,
    },
}

/// What was pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// The commit that the branch is at now.
    pub commit: String,
    /// It was made for this.
    pub made: bool,
    /// The branch that is checked out was moved to it: the index had the same tree.
    pub moved: bool,
}

/// Why nothing was pushed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// No working copy of git.
    #[error("{} is in no git working copy", .0.display())]
    NoWorkingCopy(PathBuf),
    /// It would not be what was tested.
    #[error("what would be pushed is not what was tested: {0}; test again")]
    OtherTree(String),
    /// The branch has commits that the tested state does not have.
    #[error("somebody pushed to {branch} before; fetch and rebase, test again, and push then")]
    PushedBefore {
        /// The branch.
        branch: String,
    },
    /// The server does not let this person.
    #[error("the server refused the person: {0}; check the rights and the credential by `git push` in a terminal")]
    NoRights(String),
    /// A rule of the server or of the person's own hooks.
    #[error("the push was refused: {0}")]
    Refused(String),
    /// git does not know who commits.
    #[error("git does not know who commits; set user.name and user.email by `git config`")]
    Nobody,
    /// Anything else that git says.
    #[error("{0}")]
    Failed(String),
}

/// Says what a push would do now, without doing it.
pub async fn plan(top: &Path, push: &Push) -> Result<Plan, PushError> {
    aside(top, push, planned).await
}

/// Pushes what was tested. Never forced, never asking; dropping the future gives it up.
pub async fn push(top: &Path, push: &Push) -> Result<Pushed, PushError> {
    aside(top, push, pushed).await
}

async fn aside<T: Send + 'static>(
    top: &Path,
    push: &Push,
    work: impl FnOnce(&Place, &Push) -> Result<T, PushError> + Send + 'static,
) -> Result<T, PushError> {
    let no_copy = || PushError::NoWorkingCopy(top.to_owned());
    let mut place = Place::at(top, push.program.as_deref()).map_err(|_| no_copy())?;
    place.git.limit = PUSH_WITHIN;
    let _stop = Stop(place.git.stopped.clone());
    let push = push.clone();
    let done = tokio::task::spawn_blocking(move || work(&place, &push)).await;
    done.unwrap_or_else(|error| Err(PushError::Failed(error.to_string())))
}

fn planned(place: &Place, push: &Push) -> Result<Plan, PushError> {
    let head = line(&place.git, &["rev-parse", "--verify", "HEAD"])?;
    if line(&place.git, &["rev-parse", "--verify", "HEAD^{tree}"])? == push.tree {
        return Ok(Plan::Head { commit: head });
    }
    match &push.head {
        Some(then) if *then != head => Err(PushError::OtherTree(format!(
            "{} was checked out then, and {} is now",
            short(then),
            short(&head)
        ))),
        Some(then) => Ok(Plan::NewCommit { parent: then.clone() }),
        None => Ok(Plan::NewCommit {
            parent: push.base.clone(),
        }),
    }
}

fn pushed(place: &Place, push: &Push) -> Result<Pushed, PushError> {
    let (commit, parent) = match planned(place, push)? {
        Plan::Head { commit } => (commit, None),
        Plan::NewCommit { parent } => (made(place, push, &parent)?, Some(parent)),
    };
    let remote = remote(place, &push.remote);
    let to = format!("{commit}:refs/heads/{}", push.branch);
    let arguments = [
        "push",
        "--porcelain",
        "--no-follow-tags",
        "--end-of-options",
        &remote,
        &to,
    ];
    let (well, answer) = place
        .git
        .unasking()
        .run_whatever_comes(&arguments, None)
        .map_err(failed)?;
    if !well {
        return Err(refused(push, &answer));
    }
    let moved = parent
        .as_deref()
        .is_some_and(|parent| moved(place, push, &commit, parent));
    Ok(Pushed {
        commit,
        made: parent.is_some(),
        moved,
    })
}

/// The name of the remote with this address, so that its own settings for a push count; otherwise the address.
fn remote(place: &Place, named: &str) -> String {
    let settings = Settings::read(place).unwrap_or_default();
    let mut remotes = settings.all("remote", "url").map(|(name, _)| name);
    let found = remotes.find(|name| address::of(&settings, Some(name)).0 == named);
    found.unwrap_or(named).to_owned()
}

/// The commit of the tested tree, which base and patch make once more.
fn made(place: &Place, push: &Push, parent: &str) -> Result<String, PushError> {
    let aside = tempfile::tempdir().map_err(|error| PushError::Failed(error.to_string()))?;
    let index = aside.path().join("index");
    let git = place.git.clone().with_variable("GIT_INDEX_FILE", index.as_os_str());
    run(&git, &["read-tree", &push.base], None)?;
    if !push.patch.is_empty() {
        let apply = ["apply", "--cached", "--whitespace=nowarn", "-p1"];
        run(&git, &apply, Some(push.patch.clone()))?;
    }
    let tree = line(&git, &["write-tree"])?;
    if tree != push.tree {
        let reason = format!(
            "base and patch make the tree {}, tested was {}",
            short(&tree),
            short(&push.tree)
        );
        return Err(PushError::OtherTree(reason));
    }
    let message = format!("{}\n", push.message.trim_end());
    let commit = run(&git, &["commit-tree", &tree, "-p", parent], Some(message.into_bytes()))?;
    Ok(super::text(&commit.out).trim().to_owned())
}

/// Moves the branch that is checked out from `parent` to `commit`, if that makes no difference to the index.
fn moved(place: &Place, push: &Push, commit: &str, parent: &str) -> bool {
    let staged = || {
        let aside = tempfile::tempdir().ok()?;
        let index = aside.path().join("index");
        std::fs::copy(place.folder.join("index"), &index).ok()?;
        let git = place.git.clone().with_variable("GIT_INDEX_FILE", index.as_os_str());
        let git = git.with_setting("core.splitIndex", "false");
        line(&git, &["write-tree"]).ok()
    };
    let branch = line(&place.git, &["symbolic-ref", "-q", "HEAD"]).ok();
    let reason = "outpost: pushed what was tested";
    let update = |branch: &str| {
        place
            .git
            .run(&["update-ref", "-m", reason, branch, commit, parent], None)
    };
    match branch {
        Some(branch) if staged().as_deref() == Some(&push.tree) => update(&branch).is_ok(),
        _ => false,
    }
}

/// Why git's push did not go, from what it says.
fn refused(push: &Push, answer: &Answer) -> PushError {
    let said = format!("{}\n{}", super::text(&answer.out), answer.complaints);
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let reason = reason(&said);
    if has(&["(fetch first)", "(non-fast-forward)", "(stale info)"]) {
        PushError::PushedBefore {
            branch: push.branch.clone(),
        }
    } else if has(&[
        "Permission denied",
        "Authentication failed",
        "could not read Username",
        "could not read Password",
        "returned error: 401",
        "returned error: 403",
        "insufficient permission",
        "unable to create temporary object directory",
    ]) {
        PushError::NoRights(reason)
    } else if has(&["[remote rejected]", "pre-push"]) {
        PushError::Refused(reason)
    } else {
        PushError::Failed(format!("git push failed: {reason}"))
    }
}

/// The most telling lines: the server's own, or git's.
fn reason(said: &str) -> String {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let of_server: Vec<&str> = lines()
        .filter_map(|line| line.strip_prefix("remote: "))
        .take(5)
        .collect();
    let telling = |line: &&str| line.contains("rejected]") || line.starts_with("fatal:") || line.contains("denied");
    let reason = match of_server.is_empty() {
        false => of_server.join(" ").trim().to_owned(),
        true => lines()
            .find(telling)
            .or(lines().next_back())
            .unwrap_or("it gave no reason")
            .to_owned(),
    };
    let words: Vec<String> = reason.split_whitespace().map(without_password).collect();
    words.join(" ")
}

fn line(git: &Git, arguments: &[&str]) -> Result<String, PushError> {
    Ok(super::text(&run(git, arguments, None)?.out).trim().to_owned())
}

fn run(git: &Git, arguments: &[&str], input: Option<Vec<u8>>) -> Result<Answer, PushError> {
    let (well, answer) = git.run_whatever_comes(arguments, input).map_err(failed)?;
    let said = &answer.complaints;
    match well {
        true => Ok(answer),
        false if said.contains("tell me who you are") || said.contains("empty ident name") => Err(PushError::Nobody),
        false => Err(PushError::Failed(format!(
            "git {} failed: {}",
            arguments[0],
            reason(said)
        ))),
    }
}

fn failed(error: GitError) -> PushError {
    PushError::Failed(error.to_string())
}

fn short(id: &str) -> &str {
    id.get(..7).unwrap_or(id)
}
