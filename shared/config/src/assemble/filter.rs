//! Change filters.

use crate::arg::Arg;
use crate::evaluation::Run;
use crate::made::Made;
use crate::pattern;
use model::config::{ChangeFilter, Function, Location, TextFilter};
use regex::Regex;
use std::sync::Arc;

/// What `util.ChangeFilter(…)` says.
pub(super) fn filter(made: &Made, run: &Run) -> ChangeFilter {
    ChangeFilter {
        project: text_filter(made, "project", run),
        repository: text_filter(made, "repository", run),
        branch: text_filter(made, "branch", run),
        category: text_filter(made, "category", run),
        codebase: text_filter(made, "codebase", run),
        properties: properties(made, run),
        function: function(made, "filter_fn"),
    }
}

pub(super) fn function(made: &Made, name: &str) -> Option<Arc<dyn Function>> {
    match made.get(name) {
        Some(Arg::Function(function)) => Some(function.clone()),
        _ => None,
    }
}

fn text_filter(made: &Made, part: &str, run: &Run) -> TextFilter {
    let named = |suffix: &str| format!("{part}{suffix}");
    TextFilter {
        eq: alternatives(made, part, part == "branch"),
        not_eq: alternatives(made, &named("_not_eq"), part == "branch"),
        re: made.get(&named("_re")).and_then(|arg| regex(arg, &made.location, run)),
        not_re: made
            .get(&named("_not_re"))
            .and_then(|arg| regex(arg, &made.location, run)),
        function: function(made, &named("_fn")),
    }
}

/// One text or several. A branch that is given as `None` is the default branch; elsewhere `None` asks for nothing.
pub(super) fn alternatives(made: &Made, name: &str, none_counts: bool) -> Option<Vec<Option<String>>> {
    match made.given(name)? {
        Arg::None => none_counts.then(|| vec![None]),
        Arg::Text(text) => Some(vec![Some(text.clone())]),
        Arg::List(items) => Some(items.iter().map(|item| item.text().map(str::to_owned)).collect()),
        _ => None,
    }
}

/// A text or `regex("…")`.
fn regex(arg: &Arg, place: &Location, run: &Run) -> Option<Regex> {
    let (text, place) = match arg {
        Arg::Made(made) => (made.text("pattern")?, &made.location),
        other => (other.text()?, place),
    };
    match pattern::read(text) {
        Ok(regex) => Some(regex),
        Err(problem) => {
            run.error(place, problem, pattern::FIX);
            None
        }
    }
}

fn properties(made: &Made, run: &Run) -> Vec<(String, TextFilter)> {
    let mut filters: Vec<(String, TextFilter)> = Vec::new();
    for part in ["property_eq", "property_not_eq", "property_re", "property_not_re"] {
        let Some(Arg::Dict(members)) = made.get(part) else {
            continue;
        };
        for (key, value) in members {
            let Some(name) = key.key() else { continue };
            let i = match filters.iter().position(|(known, _)| *known == name) {
                Some(i) => i,
                None => {
                    filters.push((name, TextFilter::default()));
                    filters.len() - 1
                }
            };
            let filter = &mut filters[i].1;
            let exactly = || {
                let json = value.json().unwrap_or_default();
                Some(vec![Some(
                    json.as_str().map_or_else(|| json.to_string(), str::to_owned),
                )])
            };
            match part {
                "property_eq" => filter.eq = exactly(),
                "property_not_eq" => filter.not_eq = exactly(),
                "property_re" => filter.re = regex(value, &made.location, run),
                _ => filter.not_re = regex(value, &made.location, run),
            }
        }
    }
    filters
}
