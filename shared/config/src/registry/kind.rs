//! What a parameter takes.

use crate::arg::Arg;
use crate::function::Condition;

/// What a parameter takes. `None` stands for "not given" everywhere.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Any,
    /// `True` or `False`.
    Bool,
    Int,
    Number,
    Text,
    /// A text or a list of texts.
    Texts,
    /// A text or a list of texts, `None` among them.
    TextsOrNone,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Anything that may depend on the build.
    Render,
    /// A text or a list of words that may depend on the build.
    Command,
    /// `True`, `False` or a function of the build.
    Condition,
    /// Names and values that may depend on the build.
    Dict,
    List,
    /// A function of so many arguments.
    Function(usize),
    /// `True`, `False` or a function of two requests.
    BoolOrFunction,
    /// A text or `regex("…")`.
    Pattern,
    /// Names and patterns.
    Patterns,
    /// Made by one of these calls.
    Made(&'static str, &'static [&'static str]),
    /// A list of what these calls make.
    ListOf(&'static str, &'static [&'static str]),
    /// A field, or `None` for none of its kind.
    Field,
}

impl Kind {
    /// What was expected, in words, if `arg` is something else.
    pub(crate) fn refuses(self, arg: &Arg) -> Option<String> {
        let fits = match (self, arg) {
            (_, Arg::None) | (Kind::Any, _) => true,
            // What does not exist was told where it was made; it fits everywhere.
            (_, Arg::Made(made)) if made.spec.namespace == "unknown" => true,
            (Kind::Bool, Arg::Bool(_) | Arg::Int(0 | 1)) => true,
            (Kind::BoolOrFunction, Arg::Bool(_)) => true,
            (Kind::BoolOrFunction, Arg::Function(function)) => function.accepts(2),
            (Kind::Int, Arg::Int(_)) => true,
            (Kind::Number, arg) => arg.number().is_some(),
            (Kind::Text, Arg::Text(_)) => true,
            (Kind::Texts, Arg::Text(_)) => true,
            (Kind::Texts, Arg::List(items)) => items.iter().all(|item| item.text().is_some()),
            (Kind::TextsOrNone, Arg::Text(_)) => true,
            (Kind::TextsOrNone, Arg::List(items)) => items.iter().all(|item| item.text().is_some() || item.is_none()),
            (Kind::Word(words), Arg::Text(text)) => words.contains(&text.as_str()),
            (Kind::Command, Arg::Int(_) | Arg::Float(_) | Arg::Bool(_) | Arg::Dict(_)) => false,
            (Kind::Dict, Arg::Dict(members)) => {
                members.iter().all(|(key, value)| key.key().is_some() && renders(value))
            }
            (Kind::Dict, Arg::Made(_) | Arg::Function(_)) => renders(arg),
            (Kind::Render | Kind::Command, arg) => renders(arg),
            (Kind::Condition, Arg::Bool(_) | Arg::Int(_)) => true,
            // A step is asked with the properties, which do not name files.
            (Kind::Condition, Arg::Function(function)) => {
                function.accepts(1) && !matches!(function.condition(), Some(Condition::Files(_)))
            }
            (Kind::Condition, Arg::Made(_)) => renders(arg),
            (Kind::List, Arg::List(_)) => true,
            (Kind::Function(arguments), Arg::Function(function)) => function.accepts(arguments),
            (Kind::Pattern, arg) => is_pattern(arg),
            (Kind::Patterns, Arg::Dict(members)) => members
                .iter()
                .all(|(key, value)| key.text().is_some() && is_pattern(value)),
            (Kind::Made(namespace, names), arg) => is_made(arg, namespace, names),
            (Kind::ListOf(namespace, names), Arg::List(items)) => {
                items.iter().all(|item| is_made(item, namespace, names))
            }
            (Kind::Field, arg) => is_made(arg, "util", &[]) || arg.text().is_some(),
            _ => false,
        };
        (!fits).then(|| self.words())
    }

    /// The item that a list is refused for; the value itself otherwise.
    pub(crate) fn culprit(self, arg: &Arg) -> &Arg {
        match arg {
            Arg::List(items) if self.refuses(&Arg::List(Vec::new())).is_none() => items
                .iter()
                .find(|item| self.refuses(&Arg::List(vec![(*item).clone()])).is_some())
                .unwrap_or(arg),
            _ => arg,
        }
    }

    fn words(self) -> String {
        match self {
            Kind::Any => "anything".to_owned(),
            Kind::Bool => "True or False".to_owned(),
            Kind::Int => "a whole number".to_owned(),
            Kind::Number => "a number".to_owned(),
            Kind::Text => "a text".to_owned(),
            Kind::Texts => "a text or a list of texts".to_owned(),
            Kind::TextsOrNone => "a text, a list of texts, or None".to_owned(),
            Kind::Word(words) => format!("one of \"{}\"", words.join("\", \"")),
            Kind::Render => "a value, util.Interpolate(…), util.Property(…) or a function of the properties".to_owned(),
            Kind::Command => {
                "a text or a list of words, in which util.Interpolate(…) and its like may stand".to_owned()
            }
            Kind::Condition => "True, False or a function of one argument, the properties".to_owned(),
            Kind::Dict => "a dictionary with texts as keys".to_owned(),
            Kind::List => "a list".to_owned(),
            Kind::Function(1) => "a function of one argument".to_owned(),
            Kind::Function(arguments) => format!("a function of {arguments} arguments"),
            Kind::BoolOrFunction => "True, False or a function of two requests".to_owned(),
            Kind::Pattern => "a text or regex(\"…\")".to_owned(),
            Kind::Patterns => "a dictionary of names and patterns".to_owned(),
            Kind::Made(namespace, [name]) => format!("a {namespace}.{name}(…)"),
            Kind::Made(namespace, _) => format!("something of {namespace}"),
            Kind::ListOf(namespace, [name, ..]) => format!("a list of {namespace}.{name}(…)"),
            Kind::ListOf(namespace, []) => format!("a list of {namespace}"),
            Kind::Field => "a field, for example util.StringParameter(name=\"x\")".to_owned(),
        }
    }
}

fn is_made(arg: &Arg, namespace: &str, names: &[&str]) -> bool {
    arg.made().is_some_and(|made| {
        made.spec.namespace == "unknown"
            || made.spec.namespace == namespace && (names.is_empty() || names.contains(&made.spec.name))
    })
}

fn is_pattern(arg: &Arg) -> bool {
    arg.text().is_some() || is_made(arg, "builtin", &["regex"])
}

/// Whether a build can make a plain value of it.
fn renders(arg: &Arg) -> bool {
    match arg {
        Arg::List(items) => items.iter().all(renders),
        Arg::Dict(members) => members.iter().all(|(key, value)| key.key().is_some() && renders(value)),
        Arg::Made(_) => is_made(arg, "util", &["Property", "Interpolate", "Secret"]),
        Arg::Function(function) => function.accepts(1),
        _ => true,
    }
}
