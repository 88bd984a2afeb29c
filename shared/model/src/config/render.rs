//! Values that are known only when a build runs: properties, interpolated text, functions (B-161, B-162, B-164).

use super::filter::truthy;
use super::{Function, FunctionArgument, python, template};
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

impl Render {
    /// The value now, for one build.
    pub fn render(&self, context: &dyn RenderContext) -> Result<Json, RenderError> {
        match self {
            Render::Const(value) => Ok(value.clone()),
            Render::List(items) => items.iter().map(|item| item.render(context)).collect(),
            Render::Dict(members) => members
                .iter()
                .map(|(name, member)| Ok((name.clone(), member.render(context)?)))
                .collect(),
            Render::Property {
                name,
                default,
                default_when_false,
            } => match (context.properties().get(name), default) {
                (Some(value), Some(default)) if *default_when_false && !truthy(value) => default.render(context),
                (Some(value), _) => Ok(value.clone()),
                (None, Some(default)) => default.render(context),
                (None, None) => Ok(Json::Null),
            },
            Render::Interpolate(interpolate) => interpolate.render(context).map(Json::String),
            Render::Secret(name) => secret(name, context).map(Json::String),
            Render::Call(function) => Ok(function.call(FunctionArgument::Properties(context.properties()))?),
        }
    }

    /// The value, if it is known without a build.
    pub fn constant(&self) -> Option<Json> {
        match self {
            Render::Const(value) => Some(value.clone()),
            Render::List(items) => items.iter().map(Render::constant).collect(),
            Render::Dict(members) => members
                .iter()
                .map(|(name, member)| Some((name.clone(), member.constant()?)))
                .collect(),
            _ => None,
        }
    }
}

fn secret(name: &str, context: &dyn RenderContext) -> Result<String, RenderError> {
    context.secret(name).map_err(|reason| RenderError::Secret {
        name: name.to_owned(),
        reason,
    })
}

impl Interpolate {
    /// Reads `template`. `arguments` are for `%s` in turn, `keywords` for `%(kw:name)s`.
    ///
    /// Fails where the template cannot be read, or names more arguments than there are. A keyword that is not given
    /// is an absent value, as in Buildbot.
    pub fn parse(
        template: &str,
        arguments: Vec<Render>,
        keywords: BTreeMap<String, Render>,
    ) -> Result<Interpolate, RenderError> {
        let parts = template::parse(template)?;
        let wanted = parts.iter().filter(|part| matches!(part, Part::Argument)).count();
        if wanted > arguments.len() {
            return Err(RenderError::NotGiven(format!("argument {}", arguments.len() + 1)));
        }
        Ok(Interpolate {
            parts,
            keywords,
            arguments,
        })
    }

    /// The text now, for one build.
    pub fn render(&self, context: &dyn RenderContext) -> Result<String, RenderError> {
        let mut arguments = self.arguments.iter();
        self.render_parts(&self.parts, &mut arguments, context)
    }

    fn render_parts(
        &self,
        parts: &[Part],
        arguments: &mut std::slice::Iter<'_, Render>,
        context: &dyn RenderContext,
    ) -> Result<String, RenderError> {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(fixed) => text.push_str(fixed),
                Part::Argument => {
                    let argument = arguments
                        .next()
                        .ok_or_else(|| RenderError::NotGiven("an argument for %s".to_owned()))?;
                    text.push_str(&shown(&argument.render(context)?));
                }
                Part::Value { selector, modifier } => {
                    let value = self.select(selector, context)?;
                    let chosen = match modifier {
                        Modifier::Plain => None,
                        Modifier::Default(other) => value.is_none().then_some(other),
                        Modifier::DefaultWhenFalse(other) => (!value.as_ref().is_some_and(truthy)).then_some(other),
                        Modifier::Replace(other) => value.is_some().then_some(other),
                        Modifier::Choose { truth, yes, no } => {
                            let so = value.as_ref().is_some_and(|value| !truth || truthy(value));
                            Some(if so { yes } else { no })
                        }
                    };
                    match (chosen, modifier) {
                        (Some(parts), _) => text.push_str(&self.render_parts(parts, arguments, context)?),
                        (None, Modifier::Replace(_)) => {}
                        (None, _) => text.push_str(&value.as_ref().map(shown).unwrap_or_default()),
                    }
                }
            }
        }
        Ok(text)
    }

    /// The value of a selector; `None` when it is absent, which is not the same as Python's `None`.
    fn select(&self, selector: &Selector, context: &dyn RenderContext) -> Result<Option<Json>, RenderError> {
        Ok(match selector {
            Selector::Property(name) => context.properties().get(name).cloned(),
            Selector::Source { codebase, attribute } => context
                .source_stamp(codebase)
                .and_then(|stamp| source_attribute(stamp, attribute)),
            Selector::Keyword(name) => match self.keywords.get(name) {
                Some(value) => Some(value.render(context)?),
                None => None,
            },
            Selector::Secret(name) => Some(Json::String(secret(name, context)?)),
            Selector::Worker(name) => context.worker_info().get(name).cloned(),
        })
    }
}

/// Python's `None` gives nothing in a text.
fn shown(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        value => python::str(value),
    }
}

fn source_attribute(stamp: &NewSourceStamp, attribute: &str) -> Option<Json> {
    Some(match attribute {
        "branch" => stamp.branch.clone().into(),
        "revision" => stamp.revision.clone().into(),
        "repository" => stamp.repository.clone().into(),
        "project" => stamp.project.clone().into(),
        "codebase" => stamp.codebase.clone().into(),
        _ => return None,
    })
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
