//! The steps of a build (B-084, B-085, B-096, B-097, B-100 to B-102).

use super::{Download, FileWork, Function, Location, Render, Source, Upload};
use crate::Results;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One step: what all have, and what it is.
#[derive(Clone, Debug)]
pub struct StepConfig {
    /// What all steps have.
    pub common: StepCommon,
    /// What it is.
    pub kind: StepKind,
    /// Where the configuration names it.
    pub location: Location,
}

/// The kinds that this version serves.
#[derive(Clone, Debug)]
pub enum StepKind {
    /// `Git`, `SVN`, `Mercurial`, `Bzr`, `Darcs`, `CVS`, `P4`, `Monotone`
    Source(Box<Source>),
    /// `ShellCommand`, and `Configure`, `Compile`, `Test` with their own names and flags.
    Shell(Box<ShellArgs>),
    /// `ShellSequence`
    Sequence(Box<ShellSequence>),
    /// `SetProperty`, `SetProperties`
    SetProperties(Vec<(String, Render)>),
    /// `SetPropertyFromCommand`
    SetPropertyFromCommand {
        /// The command.
        shell: Box<ShellArgs>,
        /// The one property that takes the output, whitespace at both ends removed when `strip`.
        property: Option<String>,
        /// Remove whitespace at both ends.
        strip: bool,
        /// Gives a dictionary of properties from exit code, output and errors.
        extract: Option<Arc<dyn Function>>,
    },
    /// `SetPropertiesFromEnv`
    SetPropertiesFromEnv {
        /// Names of the worker's environment: a text or a list of texts.
        variables: Render,
        /// Source of the properties.
        source: String,
    },
    /// `FileUpload`, `DirectoryUpload`, `MultipleFileUpload`
    Upload(Box<Upload>),
    /// `FileDownload`, `StringDownload`, `JSONStringDownload`, `JSONPropertiesDownload`
    Download(Box<Download>),
    /// `MakeDirectory`, `RemoveDirectory`, `CopyDirectory`, `FileExists`
    Files(Box<FileWork>),
}

/// What all steps have.
#[derive(Clone, Debug)]
pub struct StepCommon {
    /// Unique in the build; the engine appends `_1` and so on.
    pub name: Render,
    /// End the build when it fails.
    pub halt_on_failure: bool,
    /// Its failure fails the build.
    pub flunk_on_failure: bool,
    /// Its warnings fail the build.
    pub flunk_on_warnings: bool,
    /// Its failure gives the build warnings.
    pub warn_on_failure: bool,
    /// Its warnings give the build warnings.
    pub warn_on_warnings: bool,
    /// Run even after the build was halted.
    pub always_run: bool,
    /// A boolean, or a function of the properties; false skips it.
    pub do_step_if: Render,
    /// A boolean, or a function; true hides it.
    pub hide_step_if: Render,
    /// While it runs.
    pub description: Option<Render>,
    /// When it is done.
    pub description_done: Option<Render>,
    /// After both.
    pub description_suffix: Option<Render>,
    /// Below the builder's folder.
    pub workdir: Option<Render>,
}

impl Default for StepCommon {
    /// Buildbot's defaults of `BuildStep`, with `haltOnFailure` off.
    fn default() -> StepCommon {
        StepCommon {
            name: Render::default(),
            halt_on_failure: false,
            flunk_on_failure: true,
            flunk_on_warnings: false,
            warn_on_failure: false,
            warn_on_warnings: false,
            always_run: false,
            do_step_if: Render::Const(true.into()),
            hide_step_if: Render::Const(false.into()),
            description: None,
            description_done: None,
            description_suffix: None,
            workdir: None,
        }
    }
}

/// The arguments of a command on the worker (`worker-protocol-pb` §4.1).
#[derive(Clone, Debug)]
pub struct ShellArgs {
    /// Text for a shell, or a list of words; nested lists are flattened.
    pub command: Render,
    /// Dictionary of text, lists and `None`.
    pub env: Render,
    /// Keep standard output.
    pub want_stdout: bool,
    /// Keep standard error.
    pub want_stderr: bool,
    /// On a terminal.
    pub use_pty: bool,
    /// Files to follow, by log name.
    pub logfiles: Vec<(String, LogFile)>,
    /// Make a file's log only when there is something in it.
    pub lazy_logfiles: bool,
    /// Seconds without output before it is killed.
    pub timeout: Option<f64>,
    /// Seconds in all before it is killed.
    pub max_time: Option<f64>,
    /// Lines before it is killed.
    pub max_lines: Option<u64>,
    /// Show the environment in the log.
    pub log_environ: bool,
    /// Without `SIG`.
    pub interrupt_signal: String,
    /// Seconds between `TERM` and the interrupt signal.
    pub sigterm_time: Option<f64>,
    /// For standard input.
    pub initial_stdin: Option<Render>,
    /// Exit codes that are not 0 for success and all else for failure.
    pub decode_rc: BTreeMap<i64, Results>,
}

impl Default for ShellArgs {
    /// Buildbot's defaults: 1200 seconds without output, environment in the log.
    fn default() -> ShellArgs {
        ShellArgs {
            command: Render::default(),
            env: Render::default(),
            want_stdout: true,
            want_stderr: true,
            use_pty: false,
            logfiles: Vec::new(),
            lazy_logfiles: false,
            timeout: Some(1200.0),
            max_time: None,
            max_lines: None,
            log_environ: true,
            interrupt_signal: "KILL".to_owned(),
            sigterm_time: None,
            initial_stdin: None,
            decode_rc: BTreeMap::from([(0, Results::Success)]),
        }
    }
}

/// A file that is followed while the command runs.
#[derive(Clone, Debug)]
pub struct LogFile {
    /// Relative to the working folder.
    pub filename: Render,
    /// Only what is new.
    pub follow: bool,
}

/// Several commands in one step, each with a log of its own.
#[derive(Clone, Debug, Default)]
pub struct ShellSequence {
    /// In order.
    pub commands: Vec<ShellArg>,
    /// What they share; its `command` is not used.
    pub shell: ShellArgs,
}

/// `util.ShellArg(…)`
#[derive(Clone, Debug)]
pub struct ShellArg {
    /// As [`ShellArgs::command`].
    pub command: Render,
    /// Its log; `stdio` when none.
    pub logname: Option<String>,
    /// Run no further command when it fails.
    pub halt_on_failure: bool,
    /// Its failure fails the step.
    pub flunk_on_failure: bool,
    /// Its warnings fail the step.
    pub flunk_on_warnings: bool,
    /// Its failure gives the step warnings.
    pub warn_on_failure: bool,
    /// Its warnings give the step warnings.
    pub warn_on_warnings: bool,
}
