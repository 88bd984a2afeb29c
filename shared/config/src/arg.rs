//! Values of the configuration, taken out of the interpreter.
//!
//! A host call copies what it is given: plain values by content, functions by handle. Only a build factory stays
//! shared, because steps are added to it after it was given away.

use crate::evaluation::Run;
use crate::function::{Callable, Condition};
use crate::made::{Made, MadeValue};
use model::Json;
use model::config::python;
use starlark::eval::Evaluator;
use starlark::values::dict::DictRef;
use starlark::values::list::ListRef;
use starlark::values::tuple::TupleRef;
use starlark::values::{UnpackValue, Value};
use std::sync::Arc;

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Arg {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    /// Lists, tuples and sets.
    List(Vec<Arg>),
    /// In the order of the file.
    Dict(Vec<(Arg, Arg)>),
    /// What a known call made.
    Made(Arc<Made>),
    /// A function of the configuration.
    Function(Arc<Callable>),
}

/// Lists that hold themselves, and nothing else, are deeper.
const MAX_DEPTH: usize = 40;

impl Arg {
    /// Copies `value`. The error says what kind of value cannot be used.
    pub(crate) fn take<'v>(value: Value<'v>, eval: &mut Evaluator<'v, '_, '_>, run: &Run) -> Result<Arg, String> {
        take(value, eval, run, 0)
    }

    /// What it is, in words for a message: `the number 3`.
    pub(crate) fn described(&self) -> String {
        match self {
            Arg::None => "None".to_owned(),
            Arg::Bool(true) => "True".to_owned(),
            Arg::Bool(false) => "False".to_owned(),
            Arg::Int(number) => format!("the number {number}"),
            Arg::Float(number) => format!("the number {number}"),
            Arg::Text(text) => {
                let short: String = text.chars().take(40).collect();
                format!("the text {}", python::repr(&Json::String(short)))
            }
            Arg::List(_) => "a list".to_owned(),
            Arg::Dict(_) => "a dictionary".to_owned(),
            Arg::Made(made) => format!("a {}", made.spec.full_name()),
            Arg::Function(function) => format!("the function {}{}", function.label(), function.takes_words()),
        }
    }

    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Arg::None)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Arg::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Arg::Int(number) => Some(*number as f64),
            Arg::Float(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn made(&self) -> Option<&Arc<Made>> {
        match self {
            Arg::Made(made) => Some(made),
            _ => None,
        }
    }

    /// Plain JSON, if there is nothing in it that only a build can know.
    pub(crate) fn json(&self) -> Option<Json> {
        Some(match self {
            Arg::None => Json::Null,
            Arg::Bool(value) => (*value).into(),
            Arg::Int(number) => (*number).into(),
            Arg::Float(number) => (*number).into(),
            Arg::Text(text) => text.clone().into(),
            Arg::List(items) => Json::Array(items.iter().map(Arg::json).collect::<Option<_>>()?),
            Arg::Dict(members) => Json::Object(
                members
                    .iter()
                    .map(|(key, value)| Some((key.key()?, value.json()?)))
                    .collect::<Option<_>>()?,
            ),
            Arg::Made(_) | Arg::Function(_) => return None,
        })
    }

    /// As the key of a JSON object.
    pub(crate) fn key(&self) -> Option<String> {
        match self {
            Arg::Text(text) => Some(text.clone()),
            Arg::Int(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

fn take<'v>(value: Value<'v>, eval: &mut Evaluator<'v, '_, '_>, run: &Run, depth: usize) -> Result<Arg, String> {
    if depth > MAX_DEPTH {
        return Err(format!("it is nested more than {MAX_DEPTH} deep, or holds itself"));
    }
    if value.is_none() {
        return Ok(Arg::None);
    }
    if let Some(value) = value.unpack_bool() {
        return Ok(Arg::Bool(value));
    }
    if let Some(text) = value.unpack_str() {
        return Ok(Arg::Text(text.to_owned()));
    }
    if let Ok(Some(number)) = i64::unpack_value(value) {
        return Ok(Arg::Int(number));
    }
    if let Some(number) = value.downcast_ref_float() {
        return Ok(Arg::Float(number));
    }
    if let Some(made) = MadeValue::from_value(value) {
        return Ok(Arg::Made(made.0.clone()));
    }
    if let Some(list) = ListRef::from_value(value) {
        return Ok(Arg::List(all(list.content().to_vec(), eval, run, depth)?));
    }
    if let Some(tuple) = TupleRef::from_value(value) {
        return Ok(Arg::List(all(tuple.content().to_vec(), eval, run, depth)?));
    }
    if let Some(dict) = DictRef::from_value(value) {
        let members: Vec<_> = dict.iter().collect();
        drop(dict);
        let mut taken = Vec::with_capacity(members.len());
        for (key, value) in members {
            taken.push((take(key, eval, run, depth + 1)?, take(value, eval, run, depth + 1)?));
        }
        return Ok(Arg::Dict(taken));
    }
    if matches!(value.get_type(), "set" | "range") {
        let items = value.iterate(eval.heap()).map_err(|e| e.to_string())?.collect();
        return Ok(Arg::List(all(items, eval, run, depth)?));
    }
    if value.get_type() == "function" || Condition::from_value(value).is_some() {
        return Ok(Arg::Function(run.keep_function(value, eval)));
    }
    Err(format!("a {} cannot be used here", value.get_type()))
}

fn all<'v>(
    items: Vec<Value<'v>>,
    eval: &mut Evaluator<'v, '_, '_>,
    run: &Run,
    depth: usize,
) -> Result<Vec<Arg>, String> {
    items.into_iter().map(|item| take(item, eval, run, depth + 1)).collect()
}

/// Starlark's own floats, without its number tower.
trait Float {
    fn downcast_ref_float(&self) -> Option<f64>;
}

impl Float for Value<'_> {
    fn downcast_ref_float(&self) -> Option<f64> {
        match starlark::values::float::UnpackFloat::unpack_value(*self) {
            Ok(Some(number)) => Some(number.0),
            _ => None,
        }
    }
}
