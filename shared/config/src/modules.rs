//! Evaluating files: the main one, and those that it loads.

use crate::arg::Arg;
use crate::assemble;
use crate::builtin::{GLOBALS, multiply};
use crate::evaluation::{Run, Session};
use crate::files::FileError;
use crate::problem::Problem;
use crate::{failure, names, text};
use model::config::{Location, MasterConfig};
use starlark::analysis::AstModuleLint;
use starlark::codemap::{FileSpan, FileSpanRef};
use starlark::environment::{FrozenModule, Module};
use starlark::eval::{BeforeStmtFunc, BeforeStmtFuncDyn, Evaluator, FileLoader};
use starlark::syntax::AstModule;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;
use std::time::Instant;

/// Loop rounds and calls. A large farm's configuration takes some ten thousand.
const MAX_TICKS: u64 = 20_000_000;
/// Bytes of the interpreter's heap.
const MAX_HEAP: usize = 256 << 20;
/// Calls within calls.
const MAX_CALLS: usize = 200;

/// Reads the main file and what it loads, and puts the configuration together.
pub(crate) fn evaluate_main(session: &Rc<Session>, file: &str) -> Option<MasterConfig> {
    let mut loaded = Loaded::default();
    let source = read(session, file, None)?;
    let ast = prepare(session, file, &source, &mut loaded)?;
    let run = Run::new(session.clone(), file);
    Module::with_temp_heap(|module| {
        let dictionary = {
            let mut eval = evaluator(session, &run, &loaded, &module)?;
            run_module(session, ast, &mut eval)?;
            take_dictionary(&module, &mut eval, &run, file)
        };
        match module.freeze() {
            Ok(frozen) => run.bind_functions(&frozen),
            Err(error) => session.add(Problem::error(
                &at_file(file),
                format!("the file cannot be kept: {error:?}"),
            )),
        }
        Some(assemble::assemble(
            dictionary?,
            &run,
            &assemble::Keys::of(file, &source),
        ))
    })
}

/// Files that were loaded, and those that are being loaded now.
#[derive(Default)]
struct Loaded {
    modules: BTreeMap<String, FrozenModule>,
    /// From the main file inwards.
    stack: Vec<String>,
}

impl FileLoader for Loaded {
    fn load(&self, path: &str) -> starlark::Result<FrozenModule> {
        self.modules.get(path).cloned().ok_or_else(|| {
            starlark::Error::new_other(crate::call::Refused(format!(
                "'{path}' could not be loaded; see its own problems"
            )))
        })
    }
}

fn at_file(file: &str) -> Location {
    Location {
        file: file.to_owned(),
        ..Location::default()
    }
}

/// The file's text. What is wrong is told at `from`, or at the file itself.
fn read(session: &Session, file: &str, from: Option<&Location>) -> Option<String> {
    match session.files.read(file) {
        Ok(text) => Some(text),
        Err(error) => {
            let place = match (&error, from) {
                (FileError::NoText { line, column, .. }, _) => Location {
                    file: file.to_owned(),
                    line: *line,
                    column: *column,
                },
                (_, Some(from)) => from.clone(),
                (_, None) => at_file(file),
            };
            session.add(Problem::error(&place, error.to_string()).fix(error.fix()));
            None
        }
    }
}

/// Parses a file, checks its names, and loads what it names. `None` after an error.
fn prepare(session: &Rc<Session>, file: &str, source: &str, loaded: &mut Loaded) -> Option<AstModule> {
    let parsed = session
        .with_problems(|problems| text::prepare(file, source, problems, &mut |line| session.reached(file, line)));
    let mut ast = parsed?;
    let mut good = check_names(session, &ast);
    loaded.stack.push(file.to_owned());
    let loads: Vec<(String, FileSpan)> = ast
        .loads()
        .iter()
        .map(|load| (load.module_id.to_owned(), load.span.clone()))
        .collect();
    for (path, span) in loads {
        good &= load(session, &path, &place(&span), loaded);
    }
    loaded.stack.pop();
    ast.replace_binary_operators(&multiply::replacement());
    good.then_some(ast)
}

/// Loads one file, once. Tells at the load statement what concerns it.
fn load(session: &Rc<Session>, path: &str, from: &Location, loaded: &mut Loaded) -> bool {
    if loaded.modules.contains_key(path) {
        return true;
    }
    let plain = match session.files.plain(path) {
        Ok(plain) => plain,
        Err(error) => {
            session.add(Problem::error(from, error.to_string()).fix(error.fix()));
            return false;
        }
    };
    if let Some(begin) = loaded.stack.iter().position(|file| *file == plain) {
        let circle = loaded.stack[begin..].join(" loads ");
        session.add(
            Problem::error(
                from,
                format!("files load each other in a circle: {circle} loads {plain}"),
            )
            .fix("put what both need into a third file"),
        );
        return false;
    }
    let module = read(session, &plain, Some(from)).and_then(|source| evaluate_file(session, &plain, &source, loaded));
    match module {
        Some(module) => {
            loaded.modules.insert(path.to_owned(), module);
            true
        }
        None => false,
    }
}

fn evaluate_file(session: &Rc<Session>, file: &str, source: &str, loaded: &mut Loaded) -> Option<FrozenModule> {
    let ast = prepare(session, file, source, loaded)?;
    let run = Run::new(session.clone(), file);
    Module::with_temp_heap(|module| {
        {
            let mut eval = evaluator(session, &run, loaded, &module)?;
            run_module(session, ast, &mut eval)?;
        }
        match module.freeze() {
            Ok(frozen) => {
                run.bind_functions(&frozen);
                Some(frozen)
            }
            Err(error) => {
                session.add(Problem::error(
                    &at_file(file),
                    format!("the file cannot be kept: {error:?}"),
                ));
                None
            }
        }
    })
}

/// An evaluator with its limits.
fn evaluator<'v, 'a>(
    session: &Rc<Session>,
    run: &'a Run,
    loaded: &'a Loaded,
    module: &'a Module<'v>,
) -> Option<Evaluator<'v, 'a, 'a>> {
    let mut eval = Evaluator::new(module);
    let limits = eval
        .set_max_tick_count(MAX_TICKS)
        .and_then(|()| eval.set_max_heap_size(MAX_HEAP))
        .and_then(|()| eval.set_max_callstack_size(MAX_CALLS));
    if let Err(error) = limits {
        session.add(Problem::error(&Location::default(), error.to_string()));
        return None;
    }
    let deadline = session.deadline;
    eval.set_check_cancelled(Box::new(move || Instant::now() > deadline));
    eval.set_loader(loaded);
    eval.extra = Some(run);
    eval.before_stmt_for_dap(BeforeStmtFunc::from_dyn(Box::new(Progress(session.clone()))));
    Some(eval)
}

/// Notes each statement's line before it runs.
struct Progress(Rc<Session>);

impl<'e> BeforeStmtFuncDyn<'e> for Progress {
    fn call<'v>(
        &mut self,
        span: FileSpanRef,
        _continued: bool,
        _eval: &mut Evaluator<'v, '_, 'e>,
    ) -> starlark::Result<()> {
        self.0
            .reached(span.filename(), span.resolve_span().begin.line as u32 + 1);
        Ok(())
    }
}

/// Every name that is used and not there, before anything runs.
fn check_names(session: &Session, ast: &AstModule) -> bool {
    let globals: HashSet<String> = GLOBALS.names().map(|name| name.as_str().to_owned()).collect();
    let mut good = true;
    for lint in ast.lint(Some(&globals)) {
        if lint.short_name != "using-undefined" {
            continue;
        }
        good = false;
        let name = lint.original.as_str();
        let fix = match text::for_unknown_name(name) {
            Some(fix) => fix.to_owned(),
            None => match names::nearest(name, globals.iter().map(String::as_str)) {
                Some(near) => format!("did you mean {near}?"),
                None => "define it above, or load it from another file".to_owned(),
            },
        };
        session.add(Problem::error(&place(&lint.location), format!("there is no '{name}'")).fix(fix));
    }
    good
}

fn place(span: &FileSpan) -> Location {
    let begin = span.resolve_span().begin;
    Location {
        file: span.filename().to_owned(),
        line: begin.line as u32 + 1,
        column: begin.column as u32 + 1,
    }
}

/// Runs a file. After an error, says that the rest was not reached.
fn run_module(session: &Session, ast: AstModule, eval: &mut Evaluator<'_, '_, '_>) -> Option<()> {
    match eval.eval_module(ast, &GLOBALS) {
        Ok(_) => Some(()),
        Err(error) => {
            let problem = failure::problem(&error, session);
            let rest = Location {
                file: problem.file.clone(),
                line: problem.line,
                column: problem.column,
            };
            session.add(problem);
            session.add(
                Problem::warning(&rest, "what follows was not reached, because of the error here")
                    .fix("correct the error; then the rest is checked as well"),
            );
            None
        }
    }
}

/// The dictionary that the file filled: `BuildmasterConfig`, or `c`.
fn take_dictionary<'v>(
    module: &Module<'v>,
    eval: &mut Evaluator<'v, '_, '_>,
    run: &Run,
    file: &str,
) -> Option<Vec<(Arg, Arg)>> {
    let value = module.get("BuildmasterConfig").or_else(|| module.get("c"));
    let problem = match value.map(|value| Arg::take(value, eval, run)) {
        Some(Ok(Arg::Dict(members))) => return Some(members),
        Some(Ok(other)) => format!("BuildmasterConfig is {}, and not a dictionary", other.described()),
        Some(Err(reason)) => format!("BuildmasterConfig: {reason}"),
        None => "the file does not define BuildmasterConfig".to_owned(),
    };
    let place = Location {
        line: 1,
        column: 1,
        ..at_file(file)
    };
    run.error(&place, problem, "begin with c = BuildmasterConfig = {}");
    None
}
