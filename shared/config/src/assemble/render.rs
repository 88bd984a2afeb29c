//! Values that depend on the build.

use crate::arg::Arg;
use crate::made::Made;
use model::Json;
use model::config::{Interpolate, Render};
use std::sync::Arc;

/// The argument as a value of the build. Plain data stays plain.
pub(super) fn render(arg: &Arg) -> Render {
    if let Some(json) = arg.json() {
        return Render::Const(json);
    }
    match arg {
        Arg::List(items) => Render::List(items.iter().map(render).collect()),
        Arg::Dict(members) => Render::Dict(
            members
                .iter()
                .filter_map(|(key, value)| Some((key.key()?, render(value))))
                .collect(),
        ),
        Arg::Function(function) => Render::Call(function.clone()),
        Arg::Made(made) => made_render(made),
        _ => Render::default(),
    }
}

fn made_render(made: &Made) -> Render {
    match made.spec.name {
        "Property" => Render::Property {
            name: made.text("key").unwrap_or_default().to_owned(),
            default: made.get("default").map(|default| Box::new(render(default))),
            default_when_false: made.bool("defaultWhenFalse", true),
        },
        "Secret" => Render::Secret(made.text("secret_name").unwrap_or_default().to_owned()),
        "Interpolate" => {
            let arguments = made.rest.iter().map(render).collect();
            let keywords = made
                .named
                .iter()
                .map(|(name, value)| (name.clone(), render(value)))
                .collect();
            // A template that cannot be read was told at the call.
            Interpolate::parse(made.text("fmtstring").unwrap_or_default(), arguments, keywords)
                .map_or_else(|_| Render::default(), |read| Render::Interpolate(Arc::new(read)))
        }
        _ => Render::default(),
    }
}

impl Made {
    /// The argument as a value of the build; `None` when it was not given.
    pub(super) fn maybe_render(&self, name: &str) -> Option<Render> {
        self.get(name).map(render)
    }

    /// The argument as a value of the build; nothing when it was not given.
    pub(super) fn render(&self, name: &str) -> Render {
        self.maybe_render(name).unwrap_or_default()
    }

    /// The argument as a value of the build, or this.
    pub(super) fn render_or(&self, name: &str, default: impl Into<Json>) -> Render {
        self.maybe_render(name).unwrap_or_else(|| Render::Const(default.into()))
    }

    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.get(name).and_then(Arg::number)
    }

    /// A number that cannot be negative.
    pub(super) fn count(&self, name: &str) -> Option<u64> {
        match self.get(name) {
            Some(Arg::Int(number)) => u64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// A text or a list of texts, as a list.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        match self.get(name) {
            Some(Arg::Text(text)) => vec![text.clone()],
            Some(Arg::List(items)) => items.iter().filter_map(Arg::text).map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }
}
