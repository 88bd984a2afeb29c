//! The tree's folder: made, updated, removed, copied.

use super::command::{Git, GitError};
use wire::worker::Value;

/// Arguments for all commands that fetch.
const QUIET: [&str; 2] = ["-c", "advice.detachedHead=false"];

impl Git<'_, '_> {
    /// Updates the tree in `folder`, cleaning it first when told how; clones it when it is none.
    pub(super) async fn update(&mut self, folder: &str, clean: Option<&[&str]>) -> Result<(), GitError> {
        if !self.exists(&format!("{folder}/.git")).await? {
            if self.exists(folder).await? {
                self.remove(folder).await?;
            }
            return self.clone_with_retry(folder).await;
        }
        if let Some(clean) = clean {
            self.git_ok(folder, clean).await?;
        }
        let (delay, mut tries) = self.source.retry.unwrap_or((0.0, 0));
        loop {
            match self.fetch_and_check_out(folder).await {
                // Nobody else works here: a lock is what an interrupted git left behind.
                Err(GitError::Failed { .. }) if self.unlock(folder).await? => {}
                Err(GitError::Failed { .. }) if tries > 0 => {
                    tries -= 1;
                    self.note(&format!("trying again in {delay} seconds, {tries} more after that\n"))
                        .await?;
                    self.wait(std::time::Duration::try_from_secs_f64(delay).unwrap_or_default())
                        .await?;
                }
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
    async fn unlock(&mut self, folder: &str) -> Result<bool, GitError> {
        let lock = format!("{folder}/.git/index.lock");
        let is_locked = self.exists(&lock).await?;
        if is_locked {
            self.command_ok("rmfile", &[("path", lock.into())]).await?;
        }
        Ok(is_locked)
    }

    async fn fetch_and_check_out(&mut self, folder: &str) -> Result<(), GitError> {
        let branch = if self.wanted.branch.is_empty() {
            "HEAD".to_owned()
        } else {
            self.wanted.branch.clone()
        };
        self.fetch(folder, &branch).await?;
        let revision = self.wanted.revision.clone();
        if revision.is_empty() {
            return self.check_out_commit(folder, "FETCH_HEAD").await;
        }
        match self.check_out_commit(folder, &revision).await {
            // A branch that was moved back leaves the commit out; most servers still give it when asked by name.
            Err(GitError::Failed { .. }) => {
                self.fetch(folder, &revision).await?;
                self.check_out_commit(folder, &revision).await
            }
            other => other,
        }
    }

    async fn fetch(&mut self, folder: &str, what: &str) -> Result<(), GitError> {
        let depth = self.source.shallow.map(|depth| depth.max(1).to_string());
        let url = self.wanted.url.clone();
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
    async fn check_out_commit(&mut self, folder: &str, commit: &str) -> Result<(), GitError> {
        let branch = self.wanted.branch.clone();
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
        self.got_revision = is_whole(commit).then(|| commit.to_owned());
        self.update_submodules(folder).await
    }

    async fn update_submodules(&mut self, folder: &str) -> Result<(), GitError> {
        if self.source.submodules {
            self.git_ok(folder, &["submodule", "sync", "--recursive"]).await?;
            self.git_ok(folder, &["submodule", "update", "--init", "--recursive", "--force"])
                .await?;
        }
        Ok(())
    }

    /// Clones into `folder`, which must not be there.
    pub(super) async fn clone_tree(&mut self, folder: &str) -> Result<(), GitError> {
        let depth = self.source.shallow.map(|depth| depth.max(1).to_string());
        let (url, branch, origin) = (
            self.wanted.url.clone(),
            self.wanted.branch.clone(),
            self.source.origin.clone(),
        );
        let revision = self.wanted.revision.clone();
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
        self.got_revision = None;
        if !by_name && !branch.is_empty() {
            return self.fetch_and_check_out(folder).await;
        }
        if revision.is_empty() {
            return self.update_submodules(folder).await;
        }
        match self.check_out_commit(folder, &revision).await {
            Err(GitError::Failed { .. }) => {
                self.fetch(folder, &revision).await?;
                self.check_out_commit(folder, &revision).await
            }
            other => other,
        }
    }

    async fn exists(&mut self, path: &str) -> Result<bool, GitError> {
        let end = self
            .command("stat", &[("file", path.into()), ("workdir", "".into())], false)
            .await?;
        if end.interrupted {
            return Err(GitError::Stopped);
        }
        Ok(end.rc == Some(0))
    }

    /// Removes a folder with all that is in it; one that is not there is fine.
    pub(super) async fn remove(&mut self, folder: &str) -> Result<(), GitError> {
        let args = [
            ("dir", Value::from(folder)),
            ("timeout", crate::step::shell::seconds(Some(self.source.timeout))),
            ("logEnviron", self.source.log_environ.into()),
        ];
        self.command_ok("rmdir", &args).await
    }

    /// Copies a folder to where there is none.
    pub(super) async fn copy(&mut self, from: &str, to: &str) -> Result<(), GitError> {
        let args = [
            ("fromdir", Value::from(from)),
            ("todir", to.into()),
            ("timeout", crate::step::shell::seconds(Some(self.source.timeout))),
            ("logEnviron", self.source.log_environ.into()),
        ];
        self.command_ok("cpdir", &args).await
    }
}

/// A whole commit id, as `rev-parse` would give it.
fn is_whole(commit: &str) -> bool {
    matches!(commit.len(), 40 | 64) && commit.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
