//! What a configuration may see of the world: files of its folder, and the environment.

use crate::evaluation::Run;
use crate::files::FileError;
use model::Json;
use starlark::environment::GlobalsBuilder;
use starlark::eval::Evaluator;
use starlark::starlark_module;
use starlark::values::Value;

/// Reads a file. An absent one gives the default; what is wrong is told at the call, and `None` taken.
fn read_as<'v>(
    path: &str,
    default: Option<Value<'v>>,
    eval: &mut Evaluator<'v, '_, '_>,
    parse: fn(&str) -> Result<Json, String>,
) -> starlark::Result<Value<'v>> {
    let run = Run::of(eval)?;
    let place = run.place(eval);
    match (run.session().files.read(path), default) {
        (Ok(text), _) => match parse(&text) {
            Ok(json) => return Ok(eval.heap().alloc(json)),
            Err(reason) => run.error(
                &place,
                format!("'{path}' cannot be read: {reason}"),
                "correct that file",
            ),
        },
        (Err(FileError::Absent(_)), Some(default)) => return Ok(default),
        (Err(error), _) => run.error(&place, error.to_string(), error.fix()),
    }
    Ok(Value::new_none())
}

fn json(text: &str) -> Result<Json, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn yaml(text: &str) -> Result<Json, String> {
    serde_yaml_ng::from_str(text).map_err(|error| error.to_string())
}

fn toml_text(text: &str) -> Result<Json, String> {
    let table: toml::Table = toml::from_str(text).map_err(|error| error.to_string())?;
    Ok(toml_json(toml::Value::Table(table)))
}

/// Dates and times become text.
fn toml_json(value: toml::Value) -> Json {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(value) => value.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(toml_json).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, toml_json(value))).collect(),
    }
}

#[starlark_module]
pub(super) fn read(builder: &mut GlobalsBuilder) {
    /// The text of a file of the folder.
    fn read_text<'v>(
        #[starlark(require = pos)] path: &str,
        default: Option<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        read_as(path, default, eval, |text| Ok(text.into()))
    }

    /// What a JSON file of the folder holds.
    fn read_json<'v>(
        #[starlark(require = pos)] path: &str,
        default: Option<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        read_as(path, default, eval, json)
    }

    /// What a YAML file of the folder holds.
    fn read_yaml<'v>(
        #[starlark(require = pos)] path: &str,
        default: Option<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        read_as(path, default, eval, yaml)
    }

    /// What a TOML file of the folder holds.
    fn read_toml<'v>(
        #[starlark(require = pos)] path: &str,
        default: Option<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        read_as(path, default, eval, toml_text)
    }

    /// Paths of the folder's files that match, sorted.
    fn glob<'v>(
        #[starlark(require = pos)] pattern: &str,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Vec<String>> {
        let run = Run::of(eval)?;
        Ok(run.session().files.glob(pattern).unwrap_or_else(|error| {
            run.error(&run.place(eval), error.to_string(), error.fix());
            Vec::new()
        }))
    }

    /// A variable of the environment.
    fn env<'v>(
        #[starlark(require = pos)] name: &str,
        default: Option<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let run = Run::of(eval)?;
        match (std::env::var(name), default) {
            (Ok(value), _) => Ok(eval.heap().alloc(value)),
            (Err(_), Some(default)) => Ok(default),
            (Err(_), None) => {
                run.error(
                    &run.place(eval),
                    format!("the environment has no {name}"),
                    format!("set it, or give a default: env(\"{name}\", \"…\")"),
                );
                Ok(Value::new_none())
            }
        }
    }
}
