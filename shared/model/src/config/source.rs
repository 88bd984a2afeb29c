//! Getting the tree: what all source steps have (B-124).

use super::{Render, System};

/// A source step.
#[derive(Clone, Debug)]
pub struct Source {
    /// Incremental or full.
    pub mode: SourceMode,
    /// How a full check-out begins.
    pub method: SourceMethod,
    /// Which source stamp.
    pub codebase: String,
    /// The newest, whatever the stamp says.
    pub always_use_latest: bool,
    /// Seconds between and number of further tries.
    pub retry: Option<(f64, u32)>,
    /// Seconds without output.
    pub timeout: f64,
    /// For the system's program.
    pub env: Render,
    /// Show the environment in the log.
    pub log_environ: bool,
    /// Where from, by which system.
    pub system: System,
}

impl Source {
    /// Buildbot's defaults: incremental, 1200 seconds without output, environment in the log.
    pub fn of(system: System) -> Source {
        Source {
            mode: SourceMode::default(),
            method: SourceMethod::default(),
            codebase: String::new(),
            always_use_latest: false,
            retry: None,
            timeout: 1200.0,
            env: Render::default(),
            log_environ: true,
            system,
        }
    }
}

/// How much of the old tree is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourceMode {
    /// Update in place and keep untracked files.
    #[default]
    Incremental,
    /// As fresh as the method says.
    Full,
}

/// How a full check-out begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourceMethod {
    /// Untracked files go, ignored ones too.
    #[default]
    Fresh,
    /// Untracked files go, ignored ones stay.
    Clean,
    /// Remove everything and get it anew.
    Clobber,
    /// Update a second folder and copy it.
    Copy,
    /// Update a second folder and copy it without the system's own files.
    Export,
}
