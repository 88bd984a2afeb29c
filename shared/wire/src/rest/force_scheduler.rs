//! Force schedulers and their forms (§9).

use super::field::{Kind, Place, Resource, fields};
use model::config::{ForceField, ForceKind, ForceScheduler};
use model::{Json, config::SchedulerConfig};
use serde_json::{Map, json};

/// Fields of a force scheduler.
pub const RESOURCE: Resource = Resource {
    plural: "forceschedulers",
    place: Place::Memory,
    fields: fields![
        name: Kind::Identifier(50),
        button_name: Kind::Text,
        label: Kind::Text,
        builder_names: Kind::Texts,
        enabled: Kind::Bool,
        all_fields: Kind::Object,
    ],
};

/// The form of `scheduler`; `enabled` is its switch.
pub fn json(scheduler: &SchedulerConfig, form: &ForceScheduler, enabled: bool) -> Json {
    let or_name = |text: &str| {
        if text.is_empty() {
            scheduler.name.clone()
        } else {
            text.to_owned()
        }
    };
    json!({
        "all_fields": form.fields.iter().map(|field| field_json(field, "")).collect::<Vec<_>>(),
        "builder_names": scheduler.builders,
        "button_name": or_name(&form.button_name),
        "enabled": enabled,
        "label": or_name(&form.label),
        "name": scheduler.name,
    })
}

/// A field's name in the flat parameters: its group's full name, `_`, its own name; a group without a name adds
/// nothing. Empty for such a group.
pub fn full_name(parent: &str, field: &ForceField) -> String {
    match (parent.is_empty(), field.name.is_empty()) {
        (true, _) => field.name.clone(),
        (false, true) => parent.to_owned(),
        (false, false) => format!("{parent}_{}", field.name),
    }
}

fn field_json(field: &ForceField, parent: &str) -> Json {
    let full = full_name(parent, field);
    let label = if field.label.is_empty() {
        &field.name
    } else {
        &field.label
    };
    let tablabel = if field.tablabel.is_empty() {
        label
    } else {
        &field.tablabel
    };
    let own_name = (!field.name.is_empty()).then_some(&full);
    let common = json!({
        "autopopulate": null,
        "default": default(field),
        "fullName": own_name,
        "hide": field.hide || matches!(field.kind, ForceKind::Fixed),
        "label": label,
        "maxsize": field.maxsize,
        "multiple": field.multiple,
        "name": field.name,
        "regex": null,
        "required": field.required,
        "tablabel": tablabel,
        "tooltip": field.tooltip,
        "type": type_name(&field.kind),
    });
    let mut members: Map<String, Json> = common.as_object().cloned().unwrap_or_default();
    members.extend(extra(field, &full));
    members.into()
}

fn type_name(kind: &ForceKind) -> &'static str {
    match kind {
        ForceKind::Text => "text",
        ForceKind::TextArea(..) => "textarea",
        ForceKind::Int => "int",
        ForceKind::Bool => "bool",
        ForceKind::Username { .. } => "username",
        ForceKind::List { .. } => "list",
        ForceKind::Fixed => "fixed",
        ForceKind::Nested { .. } => "nested",
    }
}

fn default(field: &ForceField) -> Json {
    match (&field.default, &field.kind) {
        (Json::Null, ForceKind::Int) => 0.into(),
        (Json::Null, ForceKind::Bool) => false.into(),
        (Json::Null, _) => "".into(),
        (given, _) => given.clone(),
    }
}

/// Width in characters: Buildbot's defaults.
fn size(field: &ForceField) -> u32 {
    match (&field.kind, field.name.as_str()) {
        (ForceKind::Username { .. }, _) => 30,
        (_, "reason") => 20,
        _ => 10,
    }
}

/// The members that only some kinds have.
fn extra(field: &ForceField, full: &str) -> Map<String, Json> {
    let members = match &field.kind {
        ForceKind::Text | ForceKind::Int => json!({"size": size(field)}),
        ForceKind::TextArea(rows, cols) => json!({"size": size(field), "rows": rows, "cols": cols}),
        ForceKind::Username { need_email } => json!({"size": size(field), "need_email": need_email}),
        ForceKind::List { choices, strict } => json!({"choices": choices, "strict": strict}),
        ForceKind::Bool | ForceKind::Fixed => json!({}),
        ForceKind::Nested {
            layout,
            columns,
            fields,
            ..
        } => json!({
            "layout": layout,
            "columns": columns,
            "fields": fields.iter().map(|child| field_json(child, full)).collect::<Vec<_>>(),
        }),
    };
    members.as_object().cloned().unwrap_or_default()
}
