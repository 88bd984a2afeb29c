//! The source steps: getting the tree, by worker commands only (B-124, B-125, B-128 to B-134; S-126, S-149 to S-153,
//! S-168).
//!
//! Git has its own way through this (`git`): its index knows what a patch adds, and the usual case, a tree that is there
//! and a branch that moved, takes two runs of git. The other systems share one (`tree`).

mod bzr;
mod checkout;
mod cvs;
mod darcs;
mod date;
mod diff;
mod folder;
mod git;
mod mercurial;
mod monotone;
mod p4;
mod p4_client;
mod patch;
mod rejects;
mod svn;
mod tree;
mod wanted;
mod xml;

use super::run::{Broken, Ended, StepRun};
use super::{STDIO, shell};
use checkout::{Checkout, SourceError};
use model::config::{Source, System};
use model::{Json, LogKind, Results};

/// Runs the step.
pub async fn run(run: &mut StepRun<'_>, source: &Source) -> Result<Ended, Broken> {
    run.running_text = "updating".to_owned();
    let text = if run.common.description_done.is_some() || run.common.description.is_some() {
        shell::description(run, None).await?
    } else {
        "update".to_owned()
    };
    let wanted = wanted::wanted(run, source).await?;
    run.open_logs(&[(STDIO, LogKind::Stdio)]).await?;
    let mut checkout = Checkout::new(run, source, wanted).await?;
    match checkout.all().await {
        Ok(()) => Ok(Ended::new(Results::Success, text)),
        Err(SourceError::Stopped) => Ok(Ended::new(Results::Cancelled, text)),
        Err(SourceError::Failed { remark }) => Ok(Ended {
            results: Results::Failure,
            text,
            remark,
        }),
        Err(SourceError::Broken(broken)) => Err(broken),
    }
}

/// What such a step is called when its configuration gives no name.
pub fn default_name(source: &Source) -> &'static str {
    match source.system {
        System::Git(_) => "git",
        System::Svn(_) => "svn",
        System::Mercurial(_) => "hg",
        System::Bzr(_) => "bzr",
        System::Darcs(_) => "darcs",
        System::Cvs(_) => "cvs",
        System::P4(_) => "p4",
        System::Monotone(_) => "monotone",
    }
}

/// What such a step is in the configuration; also the source of the properties that it sets.
fn class(system: &System) -> &'static str {
    match system {
        System::Git(_) => "Git",
        System::Svn(_) => "SVN",
        System::Mercurial(_) => "Mercurial",
        System::Bzr(_) => "Bzr",
        System::Darcs(_) => "Darcs",
        System::Cvs(_) => "CVS",
        System::P4(_) => "P4",
        System::Monotone(_) => "Monotone",
    }
}

impl Checkout<'_, '_> {
    /// Gets the tree, tells its revision, applies the patch.
    async fn all(&mut self) -> Result<(), SourceError> {
        let source = self.source;
        match &source.system {
            System::Git(git) => {
                git::get(self, git).await?;
                git::describe(self, git).await?;
            }
            other => {
                self.get(other).await?;
                if let Some(revision) = self.revision(other).await? {
                    self.tell("got_revision", revision);
                }
            }
        }
        match self.wanted.patch.take() {
            Some(patch) => self.apply(patch).await,
            None => Ok(()),
        }
    }

    /// Sets a property of the tree; with several codebases it is a dictionary by codebase.
    fn tell(&mut self, name: &str, value: String) {
        let value = if self.run.context.source_stamps.len() > 1 {
            let mut all = match self.run.context.properties.get(name) {
                Some(Json::Object(all)) => all.clone(),
                _ => serde_json::Map::new(),
            };
            all.insert(self.source.codebase.clone(), value.into());
            Json::Object(all)
        } else {
            Json::String(value)
        };
        self.run.set_property(name, value, class(&self.source.system));
    }
}
