//! A master's configuration as plain data, with the functions of its program behind a trait.
//!
//! `config` makes these values from Starlark; `master` acts on them. Neither needs to know the other.
//! Field names and defaults are Buildbot's, in Rust's spelling.

pub mod builder;
pub mod change_source;
pub mod filter;
pub mod function;
pub mod python;
pub mod render;
pub mod scheduler;
pub mod source;
pub mod step;
pub mod system;
mod template;
pub mod transfer;
pub mod worker;

pub use builder::{BuilderConfig, ProjectConfig};
pub use change_source::{Branches, ChangeSourceConfig, GitPoller};
pub use filter::{ChangeFilter, TextFilter};
pub use function::{CallError, Function, FunctionArgument};
pub use render::{Interpolate, Render, RenderContext, RenderError};
pub use scheduler::{
    ForceField, ForceKind, ForceScheduler, Importance, SchedulerConfig, SchedulerKind, TreeScheduler, TryJobdir,
    TryUser, TryUserpass,
};
pub use source::{Source, SourceMethod, SourceMode};
pub use step::{LogFile, ShellArg, ShellArgs, ShellSequence, StepCommon, StepConfig, StepKind};
pub use system::{
    BranchType, BzrSource, CvsSource, DarcsSource, GitSource, MercurialSource, MonotoneSource, P4Source, SvnSource,
    System,
};
pub use transfer::{Compress, Download, DownloadContent, FileWork, Upload, UploadSource};
pub use worker::{WorkerConfig, WorkerPort, WorkerProtocol, same_port};

use crate::Properties;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The whole configuration of a master.
#[derive(Clone, Debug, Default)]
pub struct MasterConfig {
    /// Shown on top of pages.
    pub title: String,
    /// Where the title leads.
    pub title_url: String,
    /// The address that other people reach this master at; empty when it is for one desk only.
    pub buildbot_url: String,
    /// Workers by name, in the order of the file.
    pub workers: Vec<WorkerConfig>,
    /// Where workers of other machines come in.
    pub worker_ports: Vec<WorkerPort>,
    /// Builders in the order of the file.
    pub builders: Vec<BuilderConfig>,
    /// Schedulers in the order of the file.
    pub schedulers: Vec<SchedulerConfig>,
    /// Where changes come from.
    pub change_sources: Vec<ChangeSourceConfig>,
    /// Projects that builders name.
    pub projects: Vec<ProjectConfig>,
    /// For every build (`c["properties"]`).
    pub properties: Properties,
    /// Whether waiting requests merge, where a builder does not say.
    pub collapse: Collapse,
    /// Changes older than this many are forgotten; `None` keeps all (`changeHorizon`).
    pub change_horizon: Option<u64>,
}

/// Whether waiting requests with compatible source stamps become one build.
#[derive(Clone, Debug, Default)]
pub enum Collapse {
    /// Compatible ones merge (Buildbot's default).
    #[default]
    Compatible,
    /// Each is built.
    Never,
    /// The function says, given both requests.
    Asked(Arc<dyn Function>),
}

/// A text and where it stands, for messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Location {
    /// Relative to the configuration's folder.
    pub file: String,
    /// From 1; 0 when unknown.
    pub line: u32,
    /// From 1; 0 when unknown.
    pub column: u32,
}
