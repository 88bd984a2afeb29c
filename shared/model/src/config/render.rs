//! Values that are known only when a build runs: properties, interpolated text, functions (B-161, B-162, B-164).

use super::Function;
use crate::{Json, NewSourceStamp, Properties};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A value of the configuration that may depend on the build.
#[derive(Clone, Debug)]
pub enum Render {
    /// Known at once.
    Const(Json),
    /// A list whose items may depend on the build.
    List(Vec<Render>),
    /// A dictionary whose values may depend on the build, in the order of the file.
    Dict(Vec<(String, Render)>),
    /// `Property(name, default, defaultWhenFalse)`.
    Property {
        /// Its name.
        name: String,
        /// When it is not set.
        default: Option<Box<Render>>,
        /// The default also stands in for false values.
        default_when_false: bool,
    },
    /// `Interpolate(…)`.
    Interpolate(Arc<Interpolate>),
    /// `Secret(name)`.
    Secret(String),
    /// A function of the properties.
    Call(Arc<dyn Function>),
}

impl Default for Render {
    fn default() -> Render {
        Render::Const(Json::Null)
    }
}

/// What a build offers to its values.
pub trait RenderContext {
    /// The build's properties as they are now.
    fn properties(&self) -> &Properties;
    /// The source stamp of a codebase; `got_revision` and the like are properties.
    fn source_stamp(&self, codebase: &str) -> Option<&NewSourceStamp>;
    /// The secret of that name. The caller redacts what it handed out.
    fn secret(&self, name: &str) -> Result<String, String>;
    /// What the worker told of itself (`%(worker:…)s`).
    fn worker_info(&self) -> &Json;
}

/// A template with `%(selector:key…)s` parts, parsed once.
#[derive(Clone, Debug, Default)]
pub struct Interpolate {
    /// Text and parts in turn.
    pub parts: Vec<Part>,
    /// For `%(kw:name)s`.
    pub keywords: BTreeMap<String, Render>,
    /// For `%s`.
    pub arguments: Vec<Render>,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// As it stands (`%%` is one percent sign).
    Text(String),
    /// `%(selector:key)s` with what to do with it.
    Value {
        /// Where from.
        selector: Selector,
        /// What to do with it.
        modifier: Modifier,
    },
    /// `%s`, the next argument.
    Argument,
}

/// Where a part's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// `prop:NAME`
    Property(String),
    /// `src:CODEBASE:ATTRIBUTE`
    Source {
        /// Empty is the default codebase.
        codebase: String,
        /// `branch`, `revision`, `repository`, `project`, `codebase`.
        attribute: String,
    },
    /// `kw:NAME`
    Keyword(String),
    /// `secret:NAME`
    Secret(String),
    /// `worker:NAME`
    Worker(String),
}

/// What is done with a part's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Modifier {
    /// The value, or an empty text.
    Plain,
    /// `:-text`: instead of an absent value.
    Default(Vec<Part>),
    /// `:~text`: instead of an absent or false value.
    DefaultWhenFalse(Vec<Part>),
    /// `:+text`: when there is a value, else empty.
    Replace(Vec<Part>),
    /// `:?|yes|no` (exists) and `:#?|yes|no` (true); the character after `?` separates.
    Choose {
        /// Asks for truth rather than existence.
        truth: bool,
        /// When so.
        yes: Vec<Part>,
        /// When not so.
        no: Vec<Part>,
    },
}

/// Why a value could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The template is wrong; found when the configuration is read.
    #[error("'{template}' cannot be read at character {at}: {reason}")]
    Template {
        /// The whole of it.
        template: String,
        /// Offset in characters.
        at: usize,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// A function failed.
    #[error(transparent)]
    Call(#[from] super::CallError),
    /// A secret could not be read.
    #[error("secret '{name}': {reason}")]
    Secret {
        /// Its name.
        name: String,
        /// Why not.
        reason: String,
    },
    /// A keyword or argument that the template names is not given.
    #[error("'{0}' is not given to this Interpolate")]
    NotGiven(String),
}
