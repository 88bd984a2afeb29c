//! Which changes a scheduler wants (B-020).

use super::Function;
use crate::Change;
use std::sync::Arc;

/// All of its parts must accept a change.
#[derive(Clone, Debug, Default)]
pub struct ChangeFilter {
    /// On `project`.
    pub project: TextFilter,
    /// On `repository`.
    pub repository: TextFilter,
    /// On `branch`; the default branch is `None`.
    pub branch: TextFilter,
    /// On `category`.
    pub category: TextFilter,
    /// On `codebase`.
    pub codebase: TextFilter,
    /// On properties, by name.
    pub properties: Vec<(String, TextFilter)>,
    /// `filter_fn`: has the last word.
    pub function: Option<Arc<dyn Function>>,
}

/// Conditions on one text, which may be absent. An empty filter accepts everything.
#[derive(Clone, Debug, Default)]
pub struct TextFilter {
    /// Must be one of these; `None` inside stands for an absent value.
    pub eq: Option<Vec<Option<String>>>,
    /// Must be none of these.
    pub not_eq: Option<Vec<Option<String>>>,
    /// Must match at the start (Python's `re.match`).
    pub re: Option<regex::Regex>,
    /// Must not match at the start.
    pub not_re: Option<regex::Regex>,
    /// Must say yes.
    pub function: Option<Arc<dyn Function>>,
}

impl ChangeFilter {
    /// Whether the filter wants `change`, or which part refused it, in words for "why was this not built".
    ///
    /// May call functions of the configuration: not for the engine's own task.
    pub fn accepts(&self, change: &Change) -> Result<(), String> {
        let new = &change.new;
        let parts: [(&str, &TextFilter, Option<&str>); 5] = [
            ("project", &self.project, Some(&new.project)),
            ("repository", &self.repository, Some(&new.repository)),
            ("branch", &self.branch, new.branch.as_deref()),
            ("category", &self.category, new.category.as_deref()),
            ("codebase", &self.codebase, Some(&new.codebase)),
        ];
        for (name, filter, value) in parts {
            filter.accepts(value).map_err(|why| format!("{name} {why}"))?;
        }
        for (name, filter) in &self.properties {
            let value = new
                .properties
                .get(name)
                .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
            filter
                .accepts(value.as_deref())
                .map_err(|why| format!("property {name} {why}"))?;
        }
        match &self.function {
            None => Ok(()),
            Some(function) => match function.call(super::FunctionArgument::Change(change)) {
                Ok(said) if truthy(&said) => Ok(()),
                Ok(_) => Err(format!("{} said no", function.name())),
                Err(error) => Err(error.to_string()),
            },
        }
    }
}

impl TextFilter {
    /// Accepts exactly `value`.
    pub fn exactly(value: Option<&str>) -> TextFilter {
        TextFilter {
            eq: Some(vec![value.map(str::to_owned)]),
            ..TextFilter::default()
        }
    }

    fn accepts(&self, value: Option<&str>) -> Result<(), String> {
        let shown = value.map_or_else(|| "(none)".to_owned(), |v| format!("'{v}'"));
        let is_in = |list: &[Option<String>]| list.iter().any(|one| one.as_deref() == value);
        if self.eq.as_deref().is_some_and(|list| !is_in(list)) {
            return Err(format!("{shown} is not followed"));
        }
        if self.not_eq.as_deref().is_some_and(is_in) {
            return Err(format!("{shown} is left out"));
        }
        let at_start = |re: &regex::Regex| re.find(value.unwrap_or("")).is_some_and(|m| m.start() == 0);
        if self.re.as_ref().is_some_and(|re| !at_start(re)) {
            return Err(format!(
                "{shown} does not match {}",
                self.re.as_ref().map_or("", |re| re.as_str())
            ));
        }
        if self.not_re.as_ref().is_some_and(at_start) {
            return Err(format!("{shown} is left out by pattern"));
        }
        match &self.function {
            None => Ok(()),
            Some(function) => match function.call(super::FunctionArgument::Text(value.unwrap_or(""))) {
                Ok(said) if truthy(&said) => Ok(()),
                Ok(_) => Err(format!("{shown} was refused by {}", function.name())),
                Err(error) => Err(error.to_string()),
            },
        }
    }
}

/// Python's idea of truth.
pub fn truthy(value: &crate::Json) -> bool {
    match value {
        crate::Json::Null => false,
        crate::Json::Bool(b) => *b,
        crate::Json::Number(n) => n.as_f64() != Some(0.0),
        crate::Json::String(s) => !s.is_empty(),
        crate::Json::Array(a) => !a.is_empty(),
        crate::Json::Object(o) => !o.is_empty(),
    }
}
