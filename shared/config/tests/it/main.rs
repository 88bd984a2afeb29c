//! What a configuration becomes, seen from outside.

mod buildbot_sample;
mod callables;
mod diff;
mod files;
mod limits;
mod problems;
mod sources;
mod structure;
mod texts;
mod transfers;

use config::{Evaluation, Options, evaluate};
use model::config::MasterConfig;
use std::path::Path;
use tempfile::TempDir;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn evaluate_in(folder: &Path) -> Evaluation {
    evaluate(folder, "master.star", &Options::default())
}

/// What `text` becomes as the only file.
fn evaluate_text(text: &str) -> Evaluation {
    evaluate_in(folder(&[("master.star", text)]).path())
}

/// Problems as a person sees them.
fn shown(evaluation: &Evaluation) -> String {
    evaluation
        .problems
        .iter()
        .map(|problem| format!("{problem}\n"))
        .collect()
}

/// The configuration of a text that must be good.
fn config_of(text: &str) -> MasterConfig {
    let evaluation = evaluate_text(text);
    let problems = shown(&evaluation);
    evaluation.config.unwrap_or_else(|| panic!("{problems}"))
}

/// A configuration with one builder of these steps, asked by a form.
fn with_steps(steps: &str) -> String {
    format!(
        r#"
c = BuildmasterConfig = {{}}
c["workers"] = [worker.LocalWorker("local")]
c["builders"] = [util.BuilderConfig(name="b", workernames=["local"], factory=util.BuildFactory([
{steps}
]))]
c["schedulers"] = [schedulers.ForceScheduler(name="force", builderNames=["b"])]
"#
    )
}
