//! Buildbot's own sample configuration, taken from an installed Buildbot.

use config::{Options, Severity, evaluate};
use model::config::{SchedulerKind, StepKind};
use std::path::{Path, PathBuf};

/// `buildbot/scripts/sample.cfg` below the virtual environment.
fn sample(environment: &Path) -> Option<PathBuf> {
    let site_packages = std::fs::read_dir(environment.join("lib")).ok()?;
    site_packages
        .flatten()
        .map(|python| python.path().join("site-packages/buildbot/scripts/sample.cfg"))
        .find(|path| path.is_file())
}

#[test]
fn buildbots_sample_loads_unmodified() {
    let Some(environment) = std::env::var_os("OUTPOST_TEST_BUILDBOT") else {
        eprintln!("SKIPPED: OUTPOST_TEST_BUILDBOT names no virtual environment with Buildbot");
        return;
    };
    let sample = sample(Path::new(&environment)).expect("the environment has Buildbot's sample.cfg");
    let evaluation = evaluate(sample.parent().unwrap(), "sample.cfg", &Options::default());

    let config = evaluation.config.unwrap_or_else(|| panic!("{:?}", evaluation.problems));
    let names: Vec<_> = config.schedulers.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["all", "force"]);
    assert!(matches!(config.schedulers[0].kind, SchedulerKind::SingleBranch(_)));
    assert!(matches!(config.schedulers[1].kind, SchedulerKind::Force(_)));
    assert_eq!(config.builders[0].workers, ["example-worker"]);
    let kinds: Vec<_> = config.builders[0].steps.iter().map(|step| &step.kind).collect();
    assert!(matches!(kinds.as_slice(), [StepKind::Source(_), StepKind::Shell(_)]));
    assert_eq!(config.change_sources.len(), 1);

    let told: Vec<_> = evaluation
        .problems
        .iter()
        .map(|p| (p.severity, p.line > 0, p.message.clone()))
        .collect();
    let warning = |text: &str| (Severity::Warning, true, text.to_owned());
    assert_eq!(
        told,
        [
            warning("the worker's password can be read in this file"),
            warning("c['www'] is not served yet and does nothing"),
            warning("c['db'] is not served yet and does nothing"),
        ]
    );
}
