//! A master with a real worker, and a folder for repositories beside them.

use super::{config, soon};
use master::{TryOrigin, TryRefusal};
use model::config::MasterConfig;
use model::{Build, Results};
use serde_json::json;
use std::path::{Path, PathBuf};
use wire::try_job::TryJob;
use wire::worker::link;

/// A master and its worker `w`, in one folder.
pub struct Working {
    pub rig: super::Rig,
    folder: tempfile::TempDir,
    _worker: tokio::task::JoinHandle<()>,
}

impl Working {
    /// A builder `b` of these steps.
    pub async fn start(folder: tempfile::TempDir, steps: Vec<model::config::StepConfig>) -> Working {
        Working::with(folder, config(vec![super::builder("b", steps)])).await
    }

    pub async fn with(folder: tempfile::TempDir, config: MasterConfig) -> Working {
        let rig = super::Rig::open(folder.path(), config, |_| ()).await;
        let (masters, workers) = link::pair();
        let options = worker::Options::new(folder.path().join("worker"), "w");
        let worker = tokio::spawn(async move {
            worker::run(workers, options).await;
        });
        soon("attaching", rig.master.attach_worker("w", masters))
            .await
            .expect("the worker attaches");
        Working {
            rig,
            folder,
            _worker: worker,
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The tree that is built.
    pub fn tree(&self) -> PathBuf {
        self.folder.path().join("worker/b/build")
    }

    pub fn has(&self, file: &str) -> bool {
        self.tree().join(file).exists()
    }

    /// Puts a file into the tree that no system knows.
    pub fn leave(&self, file: &str) {
        std::fs::write(self.tree().join(file), "left\n").expect("a file");
    }

    pub async fn build(&mut self) -> Build {
        self.build_with(json!({})).await
    }

    pub async fn build_with(&mut self, params: serde_json::Value) -> Build {
        self.rig.force_with("b", params).await;
        self.rig.finished().await
    }

    /// Builds a person's change.
    pub async fn try_job(&mut self, mut job: TryJob) -> Build {
        job.builders = vec!["b".to_owned()];
        let asked: Result<_, TryRefusal> = self.rig.master.submit_try(job, TryOrigin::Desk).await;
        asked.expect("the job is taken");
        self.rig.finished().await
    }

    pub async fn got_revision(&self, build: &Build) -> String {
        self.rig
            .properties(build.id)
            .await
            .text("got_revision")
            .expect("a revision")
            .to_owned()
    }

    /// What the builder's first step said. Before it there is the worker's preparation.
    pub async fn log(&self, build: &Build) -> String {
        let first = self.rig.steps(build.id).await.swap_remove(1);
        self.rig.log(build.id, &first.name, "stdio").await
    }

    pub async fn passes(&self, build: &Build) {
        assert_eq!(
            build.results,
            Some(Results::Success),
            "{}\n{}",
            build.state_string,
            self.log(build).await
        );
    }
}
