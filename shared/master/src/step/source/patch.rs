//! Applying the source stamp's patch (S-152), so that the tree is the one that its author sees.

use super::checkout::{Checkout, Program, SourceError};
use super::{diff, git, rejects};
use crate::step::command::CommandEnd;
use crate::step::run::Broken;
use bytes::Bytes;
use model::config::System;
use model::{LogKind, Patch};

/// The patch's file, in the tree while the patch is applied.
const FILE: &str = ".buildbot-diff";

/// Where `patch` leaves what did not fit.
const REJECTS: &str = ".buildbot-rejects";

/// Follows the step's results in its text when the patch is why it failed. Clients look for it.
const NOT_APPLIED: &str = " (patch not applied)";

/// A property of the build: whether its patch was applied. Clients look for it.
const APPLIED: &str = "patch_applied";

/// Git works as if no repository were there. One above the tree would make it pass over files without a word; its
/// settings about line ends would change what the patch says.
const APART: [(&str, Option<&str>); 4] = [
    ("GIT_DIR", Some(".no-repository")),
    ("GIT_WORK_TREE", None),
    ("GIT_INDEX_FILE", None),
    ("LC_ALL", Some("C")),
];

/// The same words from git and patch on every worker, which are read.
const PLAIN: [(&str, Option<&str>); 1] = [("LC_ALL", Some("C"))];

impl Checkout<'_, '_> {
    /// Sends the patch to the worker and applies it.
    pub(super) async fn apply(&mut self, mut patch: Patch) -> Result<(), SourceError> {
        if patch.subdir.split(['/', '\\']).any(|element| element == "..") || patch.subdir.starts_with('/') {
            let text = format!("the patch's subdir '{}' leads out of the tree", patch.subdir);
            return Err(Broken::Failed(text).into());
        }
        let body = Bytes::from(std::mem::take(&mut patch.body));
        let shown = String::from_utf8_lossy(&body);
        self.run.add_to_log("patch", LogKind::Text, 't', &shown).await?;
        if body.trim_ascii().is_empty() {
            self.tell_applied(true);
            return Ok(());
        }
        self.mark_patched().await?;
        let tree = self.workdir.clone();
        self.send(&tree, FILE, body.clone()).await?;
        let applied = self.apply_file(&tree, &patch, &body).await?;
        self.remove_file(&format!("{tree}/{FILE}")).await?;
        self.tell_applied(applied);
        match (applied, &self.source.system) {
            (false, _) => Err(SourceError::Failed { remark: NOT_APPLIED }),
            (true, System::Git(source)) => git::after_patch(self, source).await,
            (true, _) => Ok(()),
        }
    }

    /// With several codebases there may be several patches; one that was not applied counts.
    fn tell_applied(&mut self, applied: bool) {
        let before = self.run.context.properties.get(APPLIED);
        let all = applied && before.and_then(model::Json::as_bool).unwrap_or(true);
        let source = super::class(&self.source.system);
        self.run.set_property(APPLIED, all.into(), source);
    }

    async fn apply_file(&mut self, tree: &str, patch: &Patch, body: &[u8]) -> Result<bool, SourceError> {
        if matches!(self.source.system, System::Git(_)) {
            // With the index: it knows what the patch adds, so that the next update takes that back.
            return self
                .apply_by_git(tree, patch, &["git", "apply", "--index"], &PLAIN)
                .await;
        }
        let git = ["git", "-c", "core.autocrlf=false", "apply"];
        if diff::is_git_style(body) {
            if self.has("git").await? {
                return self.apply_by_git(tree, patch, &git, &APART).await;
            }
            if let Some(what) = diff::not_for_patch(body) {
                let text = format!(
                    "the patch has {what}, which the program 'patch' cannot carry; install git on the worker\n"
                );
                self.note(&text).await?;
                return Ok(false);
            }
            return self.apply_by_patch(tree, patch).await;
        }
        if self.has("patch").await? {
            self.apply_by_patch(tree, patch).await
        } else {
            self.apply_by_git(tree, patch, &git, &APART).await
        }
    }

    async fn apply_by_git(
        &mut self,
        tree: &str,
        patch: &Patch,
        program: &[&str],
        env: &[(&str, Option<&str>)],
    ) -> Result<bool, SourceError> {
        let level = format!("-p{}", patch.level);
        let directory = format!("--directory={}", patch.subdir);
        let mut words = program.to_vec();
        words.extend(["--whitespace=nowarn", "--verbose", &level]);
        if !patch.subdir.is_empty() {
            words.push(&directory);
        }
        words.push(FILE);
        let end = self.ran(tree, &words, env, &[]).await?;
        if end.rc == Some(0) {
            return Ok(true);
        }
        // Once more, only to show which parts do not fit; the tree is of no use any more.
        words.retain(|word| *word != "--index");
        words.insert(words.len() - 1, "--reject");
        let rejects = rejects::of_git(&end.stderr);
        let logs: Vec<(&str, &str)> = rejects.iter().map(|name| (name.as_str(), name.as_str())).collect();
        self.ran(tree, &words, env, &logs).await?;
        if matches!(self.source.system, System::Git(_)) {
            // Nothing else would remove new files that did fit.
            self.ok(tree, &["git", "clean", "-f", "-f", "-d", "-x", "-q", "-e", FILE])
                .await?;
        }
        Ok(false)
    }

    async fn apply_by_patch(&mut self, tree: &str, patch: &Patch) -> Result<bool, SourceError> {
        let below = patch.subdir.split('/').filter(|element| !matches!(*element, "" | "."));
        let folder = below
            .clone()
            .fold(tree.to_owned(), |folder, element| format!("{folder}/{element}"));
        let file = format!("{}{FILE}", "../".repeat(below.count()));
        let level = format!("-p{}", patch.level);
        let words = [
            "patch",
            &level,
            "--remove-empty-files",
            "--force",
            "--forward",
            "-r",
            REJECTS,
            "-i",
            &file,
        ];
        let end = self.ran(&folder, &words, &PLAIN, &[("patch.rej", REJECTS)]).await?;
        Ok(end.rc == Some(0))
    }

    /// Runs a program whose failure is no failure of the step, and keeps what it says. Files that it makes become logs.
    async fn ran(
        &mut self,
        folder: &str,
        words: &[&str],
        env: &[(&str, Option<&str>)],
        logfiles: &[(&str, &str)],
    ) -> Result<CommandEnd, SourceError> {
        let program = Program {
            folder,
            words,
            env,
            logfiles,
            keep: true,
            ..Program::default()
        };
        let end = self.program(program).await?;
        if end.interrupted {
            return Err(SourceError::Stopped);
        }
        Ok(end)
    }
}
