//! Functions of the configuration that run while the master does.
//!
//! Each call has a thread of its own with a large stack, and limits on steps, memory and time. A function that goes
//! beyond them is an error for the caller, which takes the safe default.

use crate::convert;
use allocative::Allocative;
use globset::{Glob, GlobSet, GlobSetBuilder};
use model::config::filter::truthy;
use model::config::{CallError, Function, FunctionArgument, Location};
use model::{Change, Json, Properties};
use starlark::docs::{DocItem, DocMember};
use starlark::environment::Module;
use starlark::eval::{Arguments, Evaluator};
use starlark::starlark_simple_value;
use starlark::values::{
    NoSerialize, OwnedFrozenValue, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, Value, starlark_value,
};
use std::fmt;
use std::sync::OnceLock;
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Loop rounds and calls; an ordinary condition takes a dozen.
const MAX_TICKS: u64 = 5_000_000;
/// Bytes of the function's own heap.
const MAX_HEAP: usize = 64 << 20;
/// How long a call may take. A build waits for it.
const MAX_TIME: Duration = Duration::from_secs(2);
/// Room for the interpreter's own recursion.
const STACK: usize = 32 << 20;
/// Calls within calls.
const MAX_CALLS: usize = 200;

/// A function of the configuration, kept beyond its evaluation.
pub(crate) struct Callable {
    name: String,
    condition: Option<Condition>,
    /// How many arguments it must and may be given, where that is known.
    takes: Option<(usize, usize)>,
    /// What it does, as text: functions with equal texts are taken for equal.
    text: String,
    value: OnceLock<OwnedFrozenValue>,
}

impl fmt::Debug for Callable {
    /// Without its place, so that a function that only moved prints as before.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "function {:?}", self.text)
    }
}

impl Callable {
    /// `text_of` gives the text of the function that has a name, or of the call that it is given in.
    pub(crate) fn new(value: Value<'_>, place: Location, text_of: impl FnOnce(&str) -> String) -> Callable {
        let condition = Condition::from_value(value).cloned();
        let (shown, text) = match &condition {
            Some(condition) => (condition.to_string(), condition.to_string()),
            None => {
                let name = value.to_str().split('.').next_back().unwrap_or("function").to_owned();
                let text = text_of(&name);
                (name, text)
            }
        };
        Callable {
            name: match place.line {
                0 => format!("{shown} ({})", place.file),
                line => format!("{shown} ({}:{line})", place.file),
            },
            takes: takes(value),
            condition,
            text,
            value: OnceLock::new(),
        }
    }

    pub(crate) fn label(&self) -> &str {
        &self.name
    }

    /// The ready-made condition behind it, if it is one.
    pub(crate) fn condition(&self) -> Option<&Condition> {
        self.condition.as_ref()
    }

    /// ` of 2 arguments`, where that is known.
    pub(crate) fn takes_words(&self) -> String {
        match self.takes {
            None => String::new(),
            Some((least, _)) => format!(" of {least} argument{}", if least == 1 { "" } else { "s" }),
        }
    }

    /// Whether it can be called with so many arguments.
    pub(crate) fn accepts(&self, arguments: usize) -> bool {
        self.takes
            .is_none_or(|(least, most)| (least..=most).contains(&arguments))
    }

    pub(crate) fn bind(&self, value: OwnedFrozenValue) {
        // A second binding would be the same module's; the first stays.
        let _ = self.value.set(value);
    }

    fn failed(&self, reason: impl Into<String>) -> CallError {
        CallError {
            function: self.name.clone(),
            reason: reason.into(),
        }
    }
}

impl Function for Callable {
    fn call(&self, argument: FunctionArgument<'_>) -> Result<Json, CallError> {
        if let Some(condition) = &self.condition {
            return condition
                .holds(&Given::of(argument))
                .map(Json::Bool)
                .map_err(|r| self.failed(r));
        }
        let value = self
            .value
            .get()
            .cloned()
            .ok_or_else(|| self.failed("the configuration that it belongs to was not used"))?;
        let given = Given::of(argument);
        let (give, take) = mpsc::sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("configuration function".to_owned())
            .stack_size(STACK)
            .spawn(move || {
                // Nobody waits any more when the time is over; then the result has no reader.
                let _ = give.send(evaluate(&value, &given));
            });
        if let Err(error) = thread {
            return Err(self.failed(format!("no thread to run it: {error}")));
        }
        match take.recv_timeout(MAX_TIME + MAX_TIME / 2) {
            Ok(result) => result.map_err(|reason| self.failed(reason)),
            Err(mpsc::RecvTimeoutError::Timeout) => Err(self.failed(too_long())),
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(self.failed("it broke the interpreter")),
        }
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// How many positional arguments a function must and may be given.
fn takes(function: Value<'_>) -> Option<(usize, usize)> {
    let DocItem::Member(DocMember::Function(documentation)) = function.documentation() else {
        return None;
    };
    let params = documentation.params;
    let positional = params.pos_only.iter().chain(&params.pos_or_named);
    let least = positional.clone().filter(|param| param.default_value.is_none()).count();
    let most = match params.args {
        Some(_) => usize::MAX,
        None => positional.count(),
    };
    Some((least, most))
}

fn too_long() -> String {
    format!("it took longer than {} seconds", MAX_TIME.as_secs())
}

fn evaluate(function: &OwnedFrozenValue, given: &Given) -> Result<Json, String> {
    let deadline = Instant::now() + MAX_TIME;
    Module::with_temp_heap(|module| {
        let mut eval = Evaluator::new(&module);
        let limits = eval
            .set_max_tick_count(MAX_TICKS)
            .and_then(|()| eval.set_max_heap_size(MAX_HEAP))
            .and_then(|()| eval.set_max_callstack_size(MAX_CALLS));
        limits.map_err(|error| error.to_string())?;
        eval.set_check_cancelled(Box::new(move || Instant::now() > deadline));
        let arguments = given.values(&module);
        let function = module.heap().access_owned_frozen_value(function);
        let result = eval.eval_function(function, &arguments, &[]).map_err(|error| {
            let message = error.without_diagnostic().to_string();
            if message.contains("cancelled") {
                too_long()
            } else {
                message
            }
        })?;
        convert::to_json(result)
    })
}

/// An argument that can go to another thread.
#[derive(Debug)]
enum Given {
    Properties(Properties),
    Change(Json, Properties),
    Set(Vec<Json>, Properties),
    Plain(Vec<Json>),
}

impl Given {
    fn of(argument: FunctionArgument<'_>) -> Given {
        match argument {
            FunctionArgument::Properties(properties) => Given::Properties(properties.clone()),
            FunctionArgument::Change(change) => Given::Change(change_json(change), change.new.properties.clone()),
            FunctionArgument::Requests(one, other) => Given::Plain(vec![one.clone(), other.clone()]),
            FunctionArgument::Set(changes, properties) => {
                Given::Set(changes.iter().map(change_json).collect(), properties.clone())
            }
            FunctionArgument::Output(code, out, errors) => Given::Plain(vec![code.into(), out.into(), errors.into()]),
            FunctionArgument::Text(text) => Given::Plain(vec![text.into()]),
            FunctionArgument::Values(values) => Given::Plain(vec![Json::Object(
                values
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
            )]),
        }
    }

    fn values<'v>(&self, module: &Module<'v>) -> Vec<Value<'v>> {
        let heap = module.heap();
        match self {
            Given::Properties(properties) => vec![heap.alloc(PropertiesValue(properties.clone()))],
            Given::Change(change, properties) => vec![convert::change(heap, change, properties)],
            Given::Set(changes, properties) => {
                let changes: Vec<Value<'v>> = changes
                    .iter()
                    .map(|change| convert::change(heap, change, properties))
                    .collect();
                vec![heap.alloc(PropertiesValue(properties.clone())), heap.alloc(changes)]
            }
            Given::Plain(values) => values.iter().map(|value| heap.alloc(value)).collect(),
        }
    }
}

fn change_json(change: &Change) -> Json {
    let new = &change.new;
    serde_json::json!({
        "number": change.id.0,
        "changeid": change.id.0,
        "author": new.author,
        "who": new.author,
        "committer": new.committer,
        "branch": new.branch,
        "revision": new.revision,
        "revlink": new.revlink,
        "category": new.category,
        "comments": new.comments,
        "files": new.files,
        "repository": new.repository,
        "project": new.project,
        "codebase": new.codebase,
    })
}

pub(crate) use properties::PropertiesValue;

#[path = "properties_value.rs"]
mod properties;

/// A ready-made condition; needs no interpreter.
#[derive(Clone, Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(crate) enum Condition {
    /// `on_branch("main", …)`: the branch matches one of these globs.
    Branch(#[allocative(skip)] Vec<String>),
    /// `if_prop("x")` is true, or `if_prop("x", value)` equals.
    Property(#[allocative(skip)] String, #[allocative(skip)] Option<Json>),
    /// `if_files("*.c", …)`: a change touches such a file.
    Files(#[allocative(skip)] Vec<String>),
}

starlark_simple_value!(Condition);

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Condition::Branch(globs) => write!(f, "on_branch({})", globs.join(", ")),
            Condition::Property(name, None) => write!(f, "if_prop({name})"),
            Condition::Property(name, Some(value)) => write!(f, "if_prop({name}, {value})"),
            Condition::Files(globs) => write!(f, "if_files({})", globs.join(", ")),
        }
    }
}

impl Condition {
    fn holds(&self, given: &Given) -> Result<bool, String> {
        match (self, given) {
            (Condition::Branch(globs), Given::Properties(p) | Given::Set(_, p)) => {
                matches(globs, p.text("branch").into_iter())
            }
            (Condition::Branch(globs), Given::Change(change, _)) => {
                matches(globs, change["branch"].as_str().into_iter())
            }
            (Condition::Property(name, wanted), Given::Properties(p) | Given::Set(_, p) | Given::Change(_, p)) => {
                let value = p.get(name).unwrap_or(&Json::Null);
                Ok(wanted.as_ref().map_or_else(|| truthy(value), |wanted| wanted == value))
            }
            (Condition::Files(globs), Given::Change(change, _)) => matches(globs, files(change)),
            (Condition::Files(globs), Given::Set(changes, _)) => matches(globs, changes.iter().flat_map(files)),
            (_, given) => Err(format!("it cannot answer for {given:?}")),
        }
    }
}

fn files(change: &Json) -> impl Iterator<Item = &str> {
    change["files"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
}

fn matches<'t>(globs: &[String], mut texts: impl Iterator<Item = &'t str>) -> Result<bool, String> {
    let set = glob_set(globs)?;
    Ok(texts.any(|text| set.is_match(text)))
}

/// All of the globs; the error names the one that is wrong.
pub(crate) fn glob_set(globs: &[String]) -> Result<GlobSet, String> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        builder.add(Glob::new(glob).map_err(|error| wrong_glob(&error))?);
    }
    builder.build().map_err(|error| wrong_glob(&error))
}

/// A pattern that cannot be read, in words.
fn wrong_glob(error: &globset::Error) -> String {
    format!(
        "the pattern '{}' cannot be read: {}",
        error.glob().unwrap_or_default(),
        error.kind()
    )
}

#[starlark_value(type = "condition")]
impl<'v> StarlarkValue<'v> for Condition {
    /// Called from another function of the configuration, with its `p` or its change.
    fn invoke(
        &self,
        _me: Value<'v>,
        args: &Arguments<'v, '_>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let argument = args.positional1(eval.heap())?;
        let given = match PropertiesValue::from_value(argument) {
            Some(properties) => Given::Properties(properties.0.clone()),
            None => convert::change_given(argument, eval.heap())
                .map(|(change, properties)| Given::Change(change, properties))
                .ok_or_else(|| {
                    starlark::Error::new_other(crate::call::Refused(format!(
                        "{self} takes the properties or the change, not a {}",
                        argument.get_type()
                    )))
                })?,
        };
        let holds = self
            .holds(&given)
            .map_err(|reason| starlark::Error::new_other(crate::call::Refused(reason)))?;
        Ok(Value::new_bool(holds))
    }
}
