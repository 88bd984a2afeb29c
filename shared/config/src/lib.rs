//! A configuration is a program: Starlark text becomes a [`MasterConfig`] and a list of [`Problem`]s.
//!
//! [`evaluate`] reads a configuration in this process; a program can be made to overflow the interpreter's stack or to
//! fill the memory, so text of unknown quality goes through [`check_in_child`] first. Functions of the configuration
//! that run with builds come out as [`model::config::Function`]s with limits of their own.
//!
//! This crate reads files of the configuration's folder and the environment, and nothing else of the world; it knows
//! no master, no store and no network.

mod arg;
mod assemble;
mod builtin;
mod call;
mod child;
mod convert;
mod diff;
mod evaluation;
mod failure;
mod files;
mod function;
mod made;
mod modules;
mod names;
mod pattern;
mod problem;
mod registry;
mod text;

pub use child::{CHILD_ARGUMENT, Limits, Report, check_in_child, child_main};
pub use diff::{Diff, Part, Status, diff};
pub use problem::{Problem, Severity};

use evaluation::{Reached, Session};
use files::Files;
use model::config::{Location, MasterConfig};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Room for the interpreter's recursion.
const STACK: usize = 64 << 20;

/// How a configuration is read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// Texts that stand for files which are not saved yet, by relative path.
    pub overlay: BTreeMap<String, String>,
    /// How long the evaluation may take.
    pub time: Duration,
    /// An existing file that always holds the line that is being evaluated, for the case that nothing else survives.
    pub progress: Option<PathBuf>,
}

impl Default for Options {
    /// The files as they are, and ten seconds.
    fn default() -> Options {
        Options {
            overlay: BTreeMap::new(),
            time: Duration::from_secs(10),
            progress: None,
        }
    }
}

/// What came of a configuration.
#[derive(Debug, Default)]
pub struct Evaluation {
    /// The configuration, if there is no error.
    pub config: Option<MasterConfig>,
    /// Errors and warnings by place.
    pub problems: Vec<Problem>,
    /// Files and folders that were read or looked for: a change of one asks for a new evaluation.
    pub inputs: Vec<PathBuf>,
}

/// Reads the configuration whose main file is `file`, relative to `folder`.
///
/// Runs on a thread of its own; blocks until that is done, at most a little longer than `options.time` as far as the
/// program lets itself be interrupted.
pub fn evaluate(folder: &Path, file: &str, options: &Options) -> Evaluation {
    // What the thread reached outlives it.
    let last = Reached::default();
    let result = std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("configuration".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, || evaluate_here(folder, file, options.clone(), last.clone()))
            .map(|thread| thread.join())
    });
    let reason = match result {
        Ok(Ok(evaluation)) => return evaluation,
        Ok(Err(panic)) => {
            let words = panic.downcast_ref::<String>().map(String::as_str);
            let words = words.or(panic.downcast_ref::<&str>().copied()).unwrap_or_default();
            format!("the interpreter broke off: {words}")
        }
        Err(error) => format!("no thread to read it: {error}"),
    };
    let place = last.place().unwrap_or_else(|| Location {
        file: file.to_owned(),
        ..Location::default()
    });
    let fix = "look for something much too large at this line, or leave it out";
    Evaluation {
        problems: vec![Problem::error(&place, reason).fix(fix)],
        ..Evaluation::default()
    }
}

fn evaluate_here(folder: &Path, file: &str, options: Options, last: Reached) -> Evaluation {
    let files = Files::new(folder, options.overlay.clone());
    let session = std::rc::Rc::new(Session::new(files, options, last));
    let config = modules::evaluate_main(&session, file);
    let config = config.filter(|_| !session.has_error());
    Evaluation {
        config,
        inputs: session.files.inputs(),
        problems: session.take_problems(),
    }
}
