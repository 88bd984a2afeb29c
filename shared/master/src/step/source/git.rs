//! Git (B-124, B-125).
//!
//! Its index knows what a patch adds, so no mark is needed; and its own folder says whether a tree is there.

use super::checkout::{Checkout, Program, SourceError, good};
use crate::step::command::CommandEnd;
use model::config::{GitSource, SourceMethod, SourceMode};

/// Arguments for all commands that fetch.
const QUIET: [&str; 2] = ["-c", "advice.detachedHead=false"];

/// The folder that is updated where the tree is a copy.
const SOURCE: &str = "source";

/// Brings the tree to where it is wanted; once more from nothing when that is allowed and git failed.
pub async fn get(at: &mut Checkout<'_, '_>, source: &GitSource) -> Result<(), SourceError> {
    let mut git = Git { at, source };
    match git.by_mode().await {
        Err(SourceError::Failed { .. }) if source.clobber_on_failure => {
            let tree = git.at.workdir.clone();
            git.at.note("starting over from nothing\n").await?;
            git.at.remove(&tree).await?;
            git.clone_with_retry(&tree).await
        }
        other => other,
    }
}

/// Sets `got_revision`, and `commit-description` when it is wanted.
pub async fn describe(at: &mut Checkout<'_, '_>, source: &GitSource) -> Result<(), SourceError> {
    let mut git = Git { at, source };
    let revision = match git.at.got_revision.clone() {
        Some(revision) => revision,
        None => git
            .output(&["rev-parse", "HEAD"])
            .await?
            .ok_or(SourceError::Failed { remark: "" })?,
    };
    git.at.tell("got_revision", revision);
    if source.get_description
        && let Some(described) = git.output(&["describe", "HEAD"]).await?
    {
        git.at.tell("commit-description", described);
    }
    Ok(())
}

/// A patch may have moved a submodule: the index names the commit, the submodule's tree is brought there.
pub async fn after_patch(at: &mut Checkout<'_, '_>, source: &GitSource) -> Result<(), SourceError> {
    let tree = at.workdir.clone();
    Git { at, source }.update_submodules(&tree).await
}

/// Git at work.
struct Git<'c, 's, 'r, 'b> {
    at: &'c mut Checkout<'r, 'b>,
    source: &'s GitSource,
}

impl Git<'_, '_, '_, '_> {
    async fn by_mode(&mut self) -> Result<(), SourceError> {
        let tree = self.at.workdir.clone();
        match (self.at.source.mode, self.at.source.method) {
            (SourceMode::Incremental, _) => self.update(&tree, None).await,
            (SourceMode::Full, SourceMethod::Fresh) => {
                self.update(&tree, Some(&["clean", "-f", "-f", "-d", "-x"])).await
            }
            (SourceMode::Full, SourceMethod::Clean) => self.update(&tree, Some(&["clean", "-f", "-f", "-d"])).await,
            (SourceMode::Full, SourceMethod::Clobber) => {
                self.at.remove(&tree).await?;
                self.clone_with_retry(&tree).await
            }
            (SourceMode::Full, SourceMethod::Copy | SourceMethod::Export) => {
                self.at.remove(&tree).await?;
                self.update(SOURCE, None).await?;
                self.at.copy(SOURCE, &tree).await
            }
        }
    }

    async fn clone_with_retry(&mut self, tree: &str) -> Result<(), SourceError> {
        let mut tries = 0;
        loop {
            match self.clone_tree(tree).await {
                Err(SourceError::Failed { .. }) if self.at.may_retry(tries).await? => {
                    tries += 1;
                    self.at.remove(tree).await?;
                }
                other => return other,
            }
        }
    }

    /// Runs git in `folder` and gives how it ended.
    async fn git(&mut self, folder: &str, words: &[&str], keep: bool) -> Result<CommandEnd, SourceError> {
        let config = self.source.config.iter();
        let config: Vec<String> = config
            .flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")])
            .collect();
        let mut all = vec!["git"];
        all.extend(config.iter().map(String::as_str));
        all.extend(words);
        let program = Program {
            folder,
            words: &all,
            keep,
            ..Program::default()
        };
        self.at.program(program).await
    }

    /// Runs git in `folder`; anything but exit code 0 is an error.
    async fn git_ok(&mut self, folder: &str, words: &[&str]) -> Result<(), SourceError> {
        let end = self.git(folder, words, false).await?;
        good(&end)
    }

    /// What git says in one line; `None` when it says no.
    async fn output(&mut self, words: &[&str]) -> Result<Option<String>, SourceError> {
        let folder = self.at.workdir.clone();
        let end = self.git(&folder, words, true).await?;
        if end.interrupted {
            return Err(SourceError::Stopped);
        }
        Ok((end.rc == Some(0)).then(|| end.stdout.trim().to_owned()))
    }

    /// Updates the tree in `folder`, cleaning it first when told how; clones it when it is none.
    async fn update(&mut self, folder: &str, clean: Option<&[&str]>) -> Result<(), SourceError> {
        if !self.at.exists(&format!("{folder}/.git")).await? {
            if self.at.exists(folder).await? {
                self.at.remove(folder).await?;
            }
            return self.clone_with_retry(folder).await;
        }
        if let Some(clean) = clean {
            self.git_ok(folder, clean).await?;
        }
        let mut tries = 0;
        loop {
            match self.fetch_and_check_out(folder).await {
                // Nobody else works here: a lock is what an interrupted git left behind.
                Err(SourceError::Failed { .. }) if self.unlock(folder).await? => {}
                Err(SourceError::Failed { .. }) if self.at.may_retry(tries).await? => tries += 1,
                other => break other?,
            }
        }
        if let (Some(clean), true) = (clean, self.source.submodules) {
            let mut words = vec!["submodule", "foreach", "--recursive", "git"];
            words.extend(clean);
            self.git_ok(folder, &words).await?;
        }
        Ok(())
    }

    /// Removes the index's lock, if there is one.
    async fn unlock(&mut self, folder: &str) -> Result<bool, SourceError> {
        let lock = format!("{folder}/.git/index.lock");
        let is_locked = self.at.exists(&lock).await?;
        if is_locked {
            self.at.remove_file(&lock).await?;
        }
        Ok(is_locked)
    }

    async fn fetch_and_check_out(&mut self, folder: &str) -> Result<(), SourceError> {
        let branch = if self.at.wanted.branch.is_empty() {
            "HEAD".to_owned()
        } else {
            self.at.wanted.branch.clone()
        };
        self.fetch(folder, &branch).await?;
        let revision = self.at.wanted.revision.clone();
        if revision.is_empty() {
            return self.check_out_commit(folder, "FETCH_HEAD").await;
        }
        match self.check_out_commit(folder, &revision).await {
            // A branch that was moved back leaves the commit out; most servers still give it when asked by name.
            Err(SourceError::Failed { .. }) => {
                self.fetch(folder, &revision).await?;
                self.check_out_commit(folder, &revision).await
            }
            other => other,
        }
    }

    async fn fetch(&mut self, folder: &str, what: &str) -> Result<(), SourceError> {
        let depth = self.source.shallow.map(|depth| depth.max(1).to_string());
        let url = self.at.wanted.url.clone();
        let mut words = vec!["fetch", "-f"];
        if self.source.tags {
            words.push("--tags");
        }
        if let Some(depth) = &depth {
            words.extend(["--depth", depth]);
        }
        words.extend(["--progress", &url, what]);
        self.git_ok(folder, &words).await
    }

    /// Makes the tree `commit`'s, on a local branch of the wanted name; local changes are lost.
    async fn check_out_commit(&mut self, folder: &str, commit: &str) -> Result<(), SourceError> {
        let branch = self.at.wanted.branch.clone();
        let mut words = QUIET.to_vec();
        words.extend(["checkout", "-f"]);
        // A whole ref, for example of a pull request, is no name for a local branch.
        if branch.is_empty() || branch.starts_with("refs/") {
            words.push("--detach");
        } else {
            words.extend(["-B", &branch]);
        }
        words.extend([commit, "--"]);
        self.git_ok(folder, &words).await?;
        self.at.got_revision = is_whole(commit).then(|| commit.to_owned());
        self.update_submodules(folder).await
    }

    async fn update_submodules(&mut self, folder: &str) -> Result<(), SourceError> {
        if self.source.submodules {
            self.git_ok(folder, &["submodule", "sync", "--recursive"]).await?;
            self.git_ok(folder, &["submodule", "update", "--init", "--recursive", "--force"])
                .await?;
        }
        Ok(())
    }

    /// Clones into `folder`, which must not be there.
    async fn clone_tree(&mut self, folder: &str) -> Result<(), SourceError> {
        let depth = self.source.shallow.map(|depth| depth.max(1).to_string());
        let (url, branch, origin) = (
            self.at.wanted.url.clone(),
            self.at.wanted.branch.clone(),
            self.source.origin.clone(),
        );
        let revision = self.at.wanted.revision.clone();
        let mut words = vec!["clone"];
        let by_name = !branch.is_empty() && !branch.starts_with("refs/");
        if by_name {
            words.extend(["--branch", &branch]);
        } else if !branch.is_empty() {
            words.push("--no-checkout");
        }
        if let Some(depth) = &depth {
            words.extend(["--depth", depth]);
        }
        if !matches!(origin.as_str(), "" | "origin") {
            words.extend(["--origin", &origin]);
        }
        words.extend(["--progress", &url, "."]);
        self.git_ok(folder, &words).await?;
        self.at.got_revision = None;
        if !by_name && !branch.is_empty() {
            return self.fetch_and_check_out(folder).await;
        }
        if revision.is_empty() {
            return self.update_submodules(folder).await;
        }
        match self.check_out_commit(folder, &revision).await {
            Err(SourceError::Failed { .. }) => {
                self.fetch(folder, &revision).await?;
                self.check_out_commit(folder, &revision).await
            }
            other => other,
        }
    }
}

/// A whole commit id, as `rev-parse` would give it.
fn is_whole(commit: &str) -> bool {
    matches!(commit.len(), 40 | 64) && commit.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
