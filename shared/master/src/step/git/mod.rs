//! `Git`: getting the tree, by worker commands only (B-124, B-125; S-126, S-149 to S-153, S-168).
//!
//! The usual case, a tree that is there and a branch that moved, takes two runs of git: one fetch and one check-out.

mod command;
mod patch;
mod tree;

use super::run::{Broken, Ended, StepRun};
use super::{STDIO, shell};
use command::{Git, GitError};
use model::config::{GitMethod, GitSource, SourceMode};
use model::{Json, LogKind, NewSourceStamp, Results};
use std::time::Duration;

/// Source of `got_revision` and `commit-description`.
const SOURCE: &str = "Git";

/// Runs the step.
pub async fn run(run: &mut StepRun<'_>, source: &GitSource) -> Result<Ended, Broken> {
    run.running_text = "updating".to_owned();
    let text = if run.common.description_done.is_some() || run.common.description.is_some() {
        shell::description(run, None).await?
    } else {
        "update".to_owned()
    };
    let wanted = wanted(run, source).await?;
    run.open_logs(&[(STDIO, LogKind::Stdio)]).await?;
    let mut git = Git::new(run, source, wanted).await?;
    let ended = match git.check_out().await {
        Ok(()) => git.describe_result().await,
        Err(error) => Err(error),
    };
    match ended {
        Ok(()) => Ok(Ended::new(Results::Success, text)),
        Err(GitError::Stopped) => Ok(Ended::new(Results::Cancelled, text)),
        Err(GitError::Failed { remark }) => Ok(Ended {
            results: Results::Failure,
            text,
            remark,
        }),
        Err(GitError::Broken(broken)) => Err(broken),
    }
}

/// What is to be got.
#[derive(Clone, Debug)]
struct Wanted {
    /// Where from.
    url: String,
    /// The branch's plain name or a whole ref; empty is the remote's `HEAD`.
    branch: String,
    /// A commit; empty is the newest.
    revision: String,
    /// To be applied afterwards.
    patch: Option<model::Patch>,
}

/// The stamp of the step's codebase, completed by the step's own arguments.
async fn wanted(run: &mut StepRun<'_>, source: &GitSource) -> Result<Wanted, Broken> {
    let stamps = run.context.source_stamps.clone();
    let stamp = stamps.iter().find(|stamp| stamp.codebase == source.codebase);
    let stamp = stamp.cloned().unwrap_or_else(NewSourceStamp::default);
    let url = run.render_text("repourl", &source.repourl).await?;
    if url.is_empty() {
        return Err(Broken::Failed("the step names no repository (repourl)".to_owned()));
    }
    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
    let branch = match filled(stamp.branch) {
        Some(branch) => branch,
        None => run.render_text("branch", &source.branch).await?,
    };
    let found_before = || run.found_revisions.get(&source.codebase).cloned();
    let revision = match (source.always_use_latest, filled(stamp.revision)) {
        (true, _) => String::new(),
        (false, Some(revision)) => revision,
        (false, None) => found_before().unwrap_or_default(),
    };
    for (what, value) in [("branch", &branch), ("revision", &revision), ("repourl", &url)] {
        // Git would read it as an option; some options run programs.
        if value.starts_with('-') {
            return Err(Broken::Failed(format!(
                "{what} '{value}' begins with a dash, which git takes for an option"
            )));
        }
    }
    Ok(Wanted {
        url,
        branch,
        revision,
        patch: stamp.patch,
    })
}

impl Git<'_, '_> {
    /// Brings the tree to where it is wanted; once more from nothing when that is allowed and git failed.
    async fn check_out(&mut self) -> Result<(), GitError> {
        match self.by_mode().await {
            Err(GitError::Failed { .. }) if self.source.clobber_on_failure => {
                self.note("starting over from nothing\n").await?;
                self.remove(&self.workdir.clone()).await?;
                self.clone_with_retry(&self.workdir.clone()).await?;
            }
            other => other?,
        }
        if let Some(patch) = self.wanted.patch.clone() {
            self.apply(&patch).await?;
        }
        Ok(())
    }

    async fn by_mode(&mut self) -> Result<(), GitError> {
        let tree = self.workdir.clone();
        match (self.source.mode, self.source.method) {
            (SourceMode::Incremental, _) => self.update(&tree, None).await,
            (SourceMode::Full, GitMethod::Fresh) => self.update(&tree, Some(&["clean", "-f", "-f", "-d", "-x"])).await,
            (SourceMode::Full, GitMethod::Clean) => self.update(&tree, Some(&["clean", "-f", "-f", "-d"])).await,
            (SourceMode::Full, GitMethod::Clobber) => {
                self.remove(&tree).await?;
                self.clone_with_retry(&tree).await
            }
            (SourceMode::Full, GitMethod::Copy) => {
                self.remove(&tree).await?;
                self.update("source", None).await?;
                self.copy("source", &tree).await
            }
        }
    }

    async fn clone_with_retry(&mut self, tree: &str) -> Result<(), GitError> {
        let (delay, mut tries) = self.source.retry.unwrap_or((0.0, 0));
        loop {
            match self.clone_tree(tree).await {
                Err(GitError::Failed { .. }) if tries > 0 => {
                    tries -= 1;
                    self.note(&format!("trying again in {delay} seconds, {tries} more after that\n"))
                        .await?;
                    self.wait(Duration::try_from_secs_f64(delay).unwrap_or_default())
                        .await?;
                    self.remove(tree).await?;
                }
                other => return other,
            }
        }
    }

    /// Sets `got_revision`, and `commit-description` when it is wanted.
    async fn describe_result(&mut self) -> Result<(), GitError> {
        let revision = match &self.got_revision {
            Some(revision) => revision.clone(),
            None => self.rev_parse("HEAD").await?,
        };
        let described = match self.source.get_description {
            true => self.output(&["describe", "HEAD"]).await?,
            false => None,
        };
        let several = self.run.context.source_stamps.len() > 1;
        for (name, value) in [("got_revision", Some(revision)), ("commit-description", described)] {
            let Some(value) = value else { continue };
            let value = if several {
                self.by_codebase(name, value)
            } else {
                Json::String(value)
            };
            self.run.set_property(name, value, SOURCE);
        }
        Ok(())
    }

    /// With several codebases such a property is a dictionary by codebase.
    fn by_codebase(&self, name: &str, value: String) -> Json {
        let mut all = match self.run.context.properties.get(name) {
            Some(Json::Object(all)) => all.clone(),
            _ => serde_json::Map::new(),
        };
        all.insert(self.source.codebase.clone(), value.into());
        Json::Object(all)
    }
}
