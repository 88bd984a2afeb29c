//! Configurations made of few words.

use model::config::{
    BuilderConfig, CallError, ForceField, ForceKind, ForceScheduler, Function, FunctionArgument, Location,
    MasterConfig, Render, SchedulerConfig, SchedulerKind, ShellArgs, StepCommon, StepConfig, StepKind, TreeScheduler,
    WorkerConfig,
};
use model::{Json, NewChange, Properties, Time};
use std::fmt;
use std::sync::Arc;

/// A shell step whose command the scripted worker understands.
pub fn shell(name: &str, command: &str) -> StepConfig {
    shell_with(name, command, |_, _| ())
}

/// A shell step with some of its settings changed.
pub fn shell_with(name: &str, command: &str, change: impl FnOnce(&mut StepCommon, &mut ShellArgs)) -> StepConfig {
    let mut common = StepCommon {
        name: Render::Const(name.into()),
        ..StepCommon::default()
    };
    let mut args = ShellArgs {
        command: Render::Const(command.into()),
        ..ShellArgs::default()
    };
    change(&mut common, &mut args);
    StepConfig {
        common,
        kind: StepKind::Shell(Box::new(args)),
        location: Location::default(),
    }
}

/// A step of another kind.
pub fn step(name: &str, kind: StepKind) -> StepConfig {
    let common = StepCommon {
        name: Render::Const(name.into()),
        ..StepCommon::default()
    };
    StepConfig {
        common,
        kind,
        location: Location::default(),
    }
}

/// A builder on worker `w`.
pub fn builder(name: &str, steps: Vec<StepConfig>) -> BuilderConfig {
    BuilderConfig {
        name: name.to_owned(),
        workers: vec!["w".to_owned()],
        steps,
        ..BuilderConfig::default()
    }
}

/// Worker `w` and a form that forces each of `builders`.
pub fn config(builders: Vec<BuilderConfig>) -> MasterConfig {
    let field = |name: &str, kind| ForceField {
        name: name.to_owned(),
        kind,
        ..ForceField::default()
    };
    let codebase = ForceKind::Nested {
        layout: "vertical".to_owned(),
        columns: 1,
        fields: [
            "branch",
            "revision",
            "repository",
            "project",
            "patch_body",
            "patch_author",
            "patch_subdir",
        ]
        .map(|name| field(name, ForceKind::Text))
        .into(),
        codebase: Some(String::new()),
    };
    let form = ForceScheduler {
        fields: vec![
            field("reason", ForceKind::Text),
            field("priority", ForceKind::Int),
            field("", codebase),
            field("who", ForceKind::Text),
        ],
        ..ForceScheduler::default()
    };
    MasterConfig {
        workers: vec![WorkerConfig {
            name: "w".to_owned(),
            local: true,
            ..WorkerConfig::default()
        }],
        schedulers: vec![SchedulerConfig {
            name: "force".to_owned(),
            builders: builders.iter().map(|builder| builder.name.clone()).collect(),
            properties: Properties::default(),
            reason: String::new(),
            priority: 0,
            kind: SchedulerKind::Force(Box::new(form)),
            location: Location::default(),
        }],
        builders,
        ..MasterConfig::default()
    }
}

/// The same with a scheduler for changes.
pub fn with_tree(mut config: MasterConfig, name: &str, tree: TreeScheduler) -> MasterConfig {
    config.schedulers.push(SchedulerConfig {
        name: name.to_owned(),
        builders: config.builders.iter().map(|builder| builder.name.clone()).collect(),
        properties: Properties::default(),
        reason: String::new(),
        priority: 0,
        kind: SchedulerKind::SingleBranch(tree),
        location: Location::default(),
    });
    config
}

/// A change on a branch.
pub fn change(branch: &str, revision: &str) -> NewChange {
    NewChange {
        author: "Ada <ada@example.org>".to_owned(),
        committer: None,
        branch: Some(branch.to_owned()),
        revision: Some(revision.to_owned()),
        revlink: String::new(),
        category: None,
        comments: format!("change {revision}"),
        files: vec!["src/a.c".to_owned()],
        when: Time::from_seconds(1_800_000_000),
        repository: "repo".to_owned(),
        project: String::new(),
        codebase: String::new(),
        properties: Properties::default(),
    }
}

/// A function of the configuration, made of Rust.
pub struct Called<F>(pub F);

impl<F> fmt::Debug for Called<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a function")
    }
}

impl<F: Fn(FunctionArgument<'_>) -> Result<Json, String> + Send + Sync> Function for Called<F> {
    fn call(&self, argument: FunctionArgument<'_>) -> Result<Json, CallError> {
        (self.0)(argument).map_err(|reason| CallError {
            function: "test".to_owned(),
            reason,
        })
    }

    fn name(&self) -> &str {
        "test"
    }
}

/// A function of the configuration.
pub fn function(f: impl Fn(FunctionArgument<'_>) -> Result<Json, String> + Send + Sync + 'static) -> Arc<dyn Function> {
    Arc::new(Called(f))
}
