//! One field's value, checked: the texts of what is wrong are the wire's (`force-many-validation-errors`).

use model::Json;
use model::config::{ForceField, ForceKind};

/// The value of a field that is not a group, from what was sent; or what is wrong with it.
pub fn value(field: &ForceField, sent: Option<&Json>) -> Result<Json, String> {
    if matches!(field.kind, ForceKind::Fixed) {
        return Ok(field.default.clone());
    }
    let sent = sent.filter(|value| !is_blank(value));
    let label = label(field);
    match sent {
        None if matches!(field.kind, ForceKind::Bool) && !field.default.is_boolean() => Ok(Json::Bool(false)),
        None if field.required && is_blank(&field.default) => Err(format!("'{label}' needs to be specified")),
        None => by_kind(field, &default_of(field)),
        Some(value) => by_kind(field, value),
    }
}

/// The field's label; its name when it has none.
fn label(field: &ForceField) -> &str {
    if field.label.is_empty() {
        &field.name
    } else {
        &field.label
    }
}

fn is_blank(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn default_of(field: &ForceField) -> Json {
    match (&field.default, &field.kind) {
        (Json::Null, ForceKind::Int) => Json::from(0),
        (Json::Null, ForceKind::List { .. }) if field.multiple => Json::Array(Vec::new()),
        (Json::Null, _) => Json::from(""),
        (default, _) => default.clone(),
    }
}

fn by_kind(field: &ForceField, value: &Json) -> Result<Json, String> {
    match &field.kind {
        ForceKind::Int => int(value),
        ForceKind::Bool => Ok(Json::Bool(*value == Json::Bool(true))),
        ForceKind::List { choices, strict } => each(field, value, |one| choice(choices, *strict, one)),
        ForceKind::Username { need_email } => each(field, value, |one| {
            let name = text(field, one)?;
            if *need_email && !name.is_empty() && !holds_mail_address(&name) {
                let what = "please fill in email address in the form 'User <email@email.com>'";
                return Err(format!("{}: {what}", field.name));
            }
            Ok(name.into())
        }),
        ForceKind::Text | ForceKind::TextArea(..) => each(field, value, |one| Ok(text(field, one)?.into())),
        ForceKind::Fixed | ForceKind::Nested { .. } => Ok(value.clone()),
    }
}

/// Applies `check` to the value, or with `multiple` to each of its items.
fn each(field: &ForceField, value: &Json, check: impl Fn(&Json) -> Result<Json, String>) -> Result<Json, String> {
    match value {
        Json::Array(items) if field.multiple => items.iter().map(check).collect::<Result<Vec<_>, _>>().map(Json::from),
        one if field.multiple => Ok(Json::Array(vec![check(one)?])),
        one => check(one),
    }
}

fn int(value: &Json) -> Result<Json, String> {
    let shown = match value {
        Json::Number(number) if number.is_i64() => return Ok(value.clone()),
        Json::String(text) => match text.trim().parse::<i64>() {
            Ok(number) => return Ok(number.into()),
            Err(_) => text.clone(),
        },
        other => other.to_string(),
    };
    Err(format!("invalid literal for int() with base 10: '{shown}'"))
}

fn choice(choices: &[String], strict: bool, value: &Json) -> Result<Json, String> {
    let chosen = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if !strict || choices.contains(&chosen) {
        return Ok(chosen.into());
    }
    let known: Vec<String> = choices.iter().map(|choice| format!("'{choice}'")).collect();
    Err(format!(
        "'{chosen}' does not belong to list of available choices '[{}]'",
        known.join(", ")
    ))
}

fn text(field: &ForceField, value: &Json) -> Result<String, String> {
    let text = match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        Json::Number(number) => number.to_string(),
        Json::Bool(truth) => truth.to_string(),
        Json::Array(_) | Json::Object(_) => return Err(format!("{}: should be text", label(field))),
    };
    let length = text.chars().count() as u64;
    if let Some(most) = field.maxsize.filter(|most| length > *most) {
        return Err(format!("{}: is too large {length} > {most}", label(field)));
    }
    match &field.regex {
        Some(pattern) if !matches_at_start(pattern, &text) => {
            Err(format!("{}:'{text}' does not match pattern '{pattern}'", label(field)))
        }
        _ => Ok(text),
    }
}

/// Python's `re.match`. A pattern that cannot be read was told when the configuration was; it accepts nothing.
fn matches_at_start(pattern: &str, text: &str) -> bool {
    regex::Regex::new(pattern).is_ok_and(|re| re.find(text).is_some_and(|found| found.start() == 0))
}

/// `x@y.z`, bare or as `Name <x@y.z>`.
fn holds_mail_address(name: &str) -> bool {
    let address = match (name.rfind('<'), name.ends_with('>')) {
        (Some(at), true) => &name[at + 1..name.len() - 1],
        _ => name,
    };
    let Some((user, host)) = address.split_once('@') else {
        return false;
    };
    let plain = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || "<>@".contains(c));
    let dotted = host
        .split_once('.')
        .is_some_and(|(left, right)| !left.is_empty() && !right.is_empty());
    plain(user) && plain(host) && dotted
}
