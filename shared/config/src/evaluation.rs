//! One reading of a configuration: where it reads from, what it found, which functions it keeps.

use crate::files::Files;
use crate::function::Callable;
use crate::problem::{Problem, Problems};
use crate::{Options, call, text};
use model::config::Location;
use starlark::any::ProvidesStaticType;
use starlark::environment::FrozenModule;
use starlark::eval::Evaluator;
use starlark::values::Value;
use std::cell::RefCell;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write as _};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// What all files of one configuration share.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) options: Options,
    pub(crate) files: Files,
    problems: RefCell<Problems>,
    pub(crate) deadline: Instant,
    progress: RefCell<Option<File>>,
    last: Reached,
}

/// File and line of the statement that runs, or ran last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reached(Arc<Mutex<(String, u32)>>);

impl Reached {
    /// Whether it is another statement than before.
    fn moved(&self, file: &str, line: u32) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.1 == line && last.0 == file {
            return false;
        }
        *last = (file.to_owned(), line);
        true
    }

    /// `None` before the first statement.
    pub(crate) fn place(&self) -> Option<Location> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (last.1 > 0).then(|| Location {
            file: last.0.clone(),
            line: last.1,
            column: 1,
        })
    }
}

impl Session {
    pub(crate) fn new(files: Files, options: Options, last: Reached) -> Session {
        let progress = options
            .progress
            .as_ref()
            .and_then(|path| File::options().write(true).open(path).ok());
        Session {
            files,
            problems: RefCell::default(),
            deadline: Instant::now() + options.time,
            progress: RefCell::new(progress),
            last,
            options,
        }
    }

    pub(crate) fn add(&self, problem: Problem) {
        self.problems.borrow_mut().add(problem);
    }

    pub(crate) fn with_problems<R>(&self, f: impl FnOnce(&mut Problems) -> R) -> R {
        f(&mut self.problems.borrow_mut())
    }

    pub(crate) fn has_error(&self) -> bool {
        self.problems.borrow().has_error()
    }

    pub(crate) fn take_problems(&self) -> Vec<Problem> {
        std::mem::take(&mut *self.problems.borrow_mut()).into_sorted()
    }

    /// The statement that runs, or ran last.
    pub(crate) fn last(&self) -> Location {
        self.last.place().unwrap_or_default()
    }

    /// Notes where the evaluation is, so that its end names a line. One record, overwritten.
    pub(crate) fn reached(&self, file: &str, line: u32) {
        if !self.last.moved(file, line) {
            return;
        }
        if let Some(progress) = self.progress.borrow_mut().as_mut() {
            let mut record = String::new();
            // Writing to a text cannot fail, and a lost progress record only costs a line number.
            let _ = writeln!(record, "{line} {file}");
            let _ = progress
                .seek(SeekFrom::Start(0))
                .and_then(|_| progress.write_all(record.as_bytes()));
        }
    }
}

/// One file's evaluation; every host function finds it in the evaluator.
#[derive(Clone, Debug, ProvidesStaticType)]
pub(crate) struct Run(Rc<RunState>);

#[derive(Debug)]
struct RunState {
    session: Rc<Session>,
    file: String,
    functions: RefCell<Vec<Arc<Callable>>>,
}

impl Run {
    pub(crate) fn new(session: Rc<Session>, file: &str) -> Run {
        Run(Rc::new(RunState {
            session,
            file: file.to_owned(),
            functions: RefCell::default(),
        }))
    }

    /// The run of this evaluator. Fails in functions that are called while the master runs: there is no file to read
    /// and nothing to configure any more.
    pub(crate) fn of(eval: &Evaluator<'_, '_, '_>) -> starlark::Result<Run> {
        eval.extra
            .and_then(|extra| extra.downcast_ref::<Run>())
            .cloned()
            .ok_or_else(|| {
                starlark::Error::new_other(call::Refused(
                    "this can only be used while the configuration is read, not in a function that runs with a build"
                        .to_owned(),
                ))
            })
    }

    pub(crate) fn session(&self) -> &Session {
        &self.0.session
    }

    pub(crate) fn error(&self, place: &Location, message: impl Into<String>, fix: impl Into<String>) {
        self.session().add(Problem::error(place, message).fix(fix));
    }

    pub(crate) fn warning(&self, place: &Location, message: impl Into<String>, fix: impl Into<String>) {
        self.session().add(Problem::warning(place, message).fix(fix));
    }

    /// Where the native function that runs now was called.
    pub(crate) fn place(&self, eval: &Evaluator<'_, '_, '_>) -> Location {
        self.call_span(eval).map_or_else(
            || Location {
                file: self.0.file.clone(),
                ..Location::default()
            },
            |span| {
                let begin = span.resolve_span().begin;
                Location {
                    file: span.filename().to_owned(),
                    line: begin.line as u32 + 1,
                    column: begin.column as u32 + 1,
                }
            },
        )
    }

    /// The text of the call that runs now.
    pub(crate) fn call_span(&self, eval: &Evaluator<'_, '_, '_>) -> Option<starlark::codemap::FileSpan> {
        (0..eval.call_stack_count()).find_map(|n| eval.call_stack_nth_location(n))
    }

    /// Keeps a function beyond the evaluation. It can be called once the module is frozen.
    pub(crate) fn keep_function<'v>(&self, value: Value<'v>, eval: &Evaluator<'v, '_, '_>) -> Arc<Callable> {
        let mut functions = self.0.functions.borrow_mut();
        let callable = Arc::new(Callable::new(value, self.place(eval), |name| {
            self.function_text(name, eval)
        }));
        eval.module().set(&slot(functions.len()), value);
        functions.push(callable.clone());
        callable
    }

    /// The definition of `name` if this file has it, else the call that the function is given in.
    fn function_text(&self, name: &str, eval: &Evaluator<'_, '_, '_>) -> String {
        let definition = self
            .session()
            .files
            .read(&self.0.file)
            .ok()
            .and_then(|source| text::definition(&source, name).map(str::to_owned));
        definition
            .or_else(|| self.call_span(eval).map(|span| span.source_span().to_owned()))
            .unwrap_or_default()
    }

    /// Gives the kept functions their frozen selves.
    pub(crate) fn bind_functions(&self, module: &FrozenModule) {
        for (i, function) in self.0.functions.borrow().iter().enumerate() {
            if let Ok(Some(value)) = module.get_option(&slot(i)) {
                function.bind(value);
            }
        }
    }
}

/// A module variable that no program can name.
fn slot(i: usize) -> String {
    format!("function {i}")
}
