//! What a build's values are rendered from, and where.

use crate::redact;
use crate::secrets::Secrets;
use model::config::render::{Modifier, Part, Selector};
use model::config::{Interpolate, Render, RenderContext};
use model::{Json, NewSourceStamp, Properties};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The state of a build that its values may depend on.
#[derive(Clone)]
pub struct Context {
    /// As they are now.
    pub properties: Properties,
    /// The trees, one per codebase.
    pub source_stamps: Arc<Vec<NewSourceStamp>>,
    /// What the worker told of itself.
    pub worker_info: Arc<Json>,
    /// Where secrets come from.
    pub secrets: Arc<dyn Secrets>,
    /// The secrets that were handed out.
    pub hidden: redact::Secrets,
}

impl RenderContext for Context {
    fn properties(&self) -> &Properties {
        &self.properties
    }

    fn source_stamp(&self, codebase: &str) -> Option<&NewSourceStamp> {
        self.source_stamps.iter().find(|stamp| stamp.codebase == codebase)
    }

    fn secret(&self, name: &str) -> Result<String, String> {
        let value = self.secrets.secret(name)?;
        self.hidden.add(name, &value);
        Ok(value)
    }

    fn worker_info(&self) -> &Json {
        &self.worker_info
    }
}

impl Context {
    /// For a value that no build asks for.
    pub fn outside(secrets: Arc<dyn Secrets>) -> Context {
        Context {
            properties: Properties::default(),
            source_stamps: Arc::default(),
            worker_info: Arc::new(Json::Null),
            secrets,
            hidden: redact::Secrets::default(),
        }
    }

    /// Renders `value` here and now when that is quick, else on a thread for blocking work, because it asks for
    /// secrets or calls functions of the configuration.
    pub async fn render(&self, value: &Render) -> Result<Json, String> {
        if is_quick(value) {
            return value.render(self).map_err(|error| error.to_string());
        }
        let (context, value) = (self.clone(), value.clone());
        let rendered = tokio::task::spawn_blocking(move || value.render(&context));
        match rendered.await {
            Ok(rendered) => rendered.map_err(|error| error.to_string()),
            Err(error) => Err(format!("a function of the configuration broke off: {error}")),
        }
    }
}

/// Whether rendering neither blocks nor runs code of the configuration.
pub fn is_quick(value: &Render) -> bool {
    match value {
        Render::Const(_) => true,
        Render::List(items) => items.iter().all(is_quick),
        Render::Dict(members) => members.iter().all(|(_, member)| is_quick(member)),
        Render::Property { default, .. } => default.as_deref().is_none_or(is_quick),
        Render::Interpolate(text) => text_is_quick(text),
        Render::Secret(_) | Render::Call(_) => false,
    }
}

fn text_is_quick(text: &Interpolate) -> bool {
    fn parts_are_quick(parts: &[Part]) -> bool {
        parts.iter().all(|part| match part {
            Part::Text(_) | Part::Argument => true,
            Part::Value {
                selector: Selector::Secret(_),
                ..
            } => false,
            Part::Value { modifier, .. } => match modifier {
                Modifier::Plain => true,
                Modifier::Default(parts) | Modifier::DefaultWhenFalse(parts) | Modifier::Replace(parts) => {
                    parts_are_quick(parts)
                }
                Modifier::Choose { yes, no, .. } => parts_are_quick(yes) && parts_are_quick(no),
            },
        })
    }
    let keywords: &BTreeMap<String, Render> = &text.keywords;
    parts_are_quick(&text.parts) && keywords.values().all(is_quick) && text.arguments.iter().all(is_quick)
}
