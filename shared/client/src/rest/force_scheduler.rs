//! Force schedulers and their forms (§9).

use super::lenient;
use model::Json;
use serde::Deserialize;
use serde_json::Map;

/// Most choices of a list that are kept, and most fields of a form.
const MOST: usize = 10_000;

/// A form that asks for builds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ForceScheduler {
    /// Unique.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// On top of the form.
    #[serde(default, deserialize_with = "lenient::text")]
    pub label: String,
    /// On the button.
    #[serde(default, rename = "button_name", deserialize_with = "lenient::text")]
    pub button: String,
    /// Names of the builders that it can ask.
    #[serde(default, rename = "builder_names", deserialize_with = "lenient::texts")]
    pub builders: Vec<String>,
    /// Its switch; on where the master does not tell.
    #[serde(default = "on", deserialize_with = "lenient::or_default")]
    pub enabled: bool,
    /// In the order of the form.
    #[serde(default, rename = "all_fields", deserialize_with = "fields")]
    pub fields: Vec<Field>,
}

/// A field, or a group of fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Field {
    /// Within its group.
    pub name: String,
    /// The key of its value; empty for a group without a name.
    pub full_name: String,
    /// For people.
    pub label: String,
    /// For people, where groups are tabs.
    pub tab_label: String,
    /// What it takes.
    pub kind: FieldKind,
    /// Taken when nothing is given.
    pub default: Json,
    /// Something must be given.
    pub required: bool,
    /// Several values can be given.
    pub multiple: bool,
    /// Not to be shown.
    pub hide: bool,
    /// Most characters, or bytes of a file.
    pub max_size: Option<i64>,
    /// Help; from 4.1 on.
    pub tooltip: String,
}

/// What a field takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum FieldKind {
    /// A line.
    #[default]
    Text,
    /// Lines.
    TextArea,
    /// A whole number.
    Int,
    /// Yes or no.
    Bool,
    /// Who asks.
    Username {
        /// It must have a mail address.
        need_email: bool,
    },
    /// Something of a list.
    List {
        /// The list.
        choices: Vec<String>,
        /// Nothing else will do.
        strict: bool,
    },
    /// The text of a file.
    File,
    /// Always the default.
    Fixed,
    /// A build, `BUILDER/NUMBER`, whose properties are taken.
    Inherit {
        /// Builds that are proposed.
        choices: Vec<String>,
    },
    /// A group.
    Nested {
        /// How it is laid out.
        layout: Layout,
        /// Of a simple layout.
        columns: u32,
        /// What is in it.
        fields: Vec<Field>,
    },
    /// A kind that is not known here, by its name: such a form is filled in at its own master.
    Unknown(String),
}

/// How a group is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// One field below the other, with a frame.
    #[default]
    Vertical,
    /// In columns, without one.
    Simple,
    /// A tab for each group in it.
    Tabs,
}

impl ForceScheduler {
    /// Every field that has a value, in order; those in groups too.
    pub fn leaves(&self) -> Vec<&Field> {
        let mut found = Vec::new();
        for field in &self.fields {
            field.leaves(&mut found);
        }
        found
    }

    /// The first field of a kind that is not known here.
    pub fn unknown(&self) -> Option<&Field> {
        let mut leaves = self.leaves().into_iter();
        leaves.find(|field| matches!(field.kind, FieldKind::Unknown(_)) && !field.hide)
    }
}

impl Field {
    fn leaves<'a>(&'a self, found: &mut Vec<&'a Field>) {
        match &self.kind {
            FieldKind::Nested { fields, .. } => fields.iter().for_each(|field| field.leaves(found)),
            _ => found.push(self),
        }
    }

    fn of_json(told: &Json) -> Option<Field> {
        let told = told.as_object()?;
        Some(Field {
            name: text(told, "name"),
            full_name: text(told, "fullName"),
            label: text(told, "label"),
            tab_label: text(told, "tablabel"),
            kind: FieldKind::of_json(told),
            default: told.get("default").cloned().unwrap_or_default(),
            required: flag(told, "required"),
            multiple: flag(told, "multiple"),
            hide: flag(told, "hide"),
            max_size: told.get("maxsize").and_then(Json::as_i64).filter(|size| *size >= 0),
            tooltip: text(told, "tooltip"),
        })
    }
}

impl FieldKind {
    fn of_json(told: &Map<String, Json>) -> FieldKind {
        match text(told, "type").as_str() {
            "text" => FieldKind::Text,
            "textarea" => FieldKind::TextArea,
            "int" => FieldKind::Int,
            "bool" => FieldKind::Bool,
            "username" => FieldKind::Username {
                need_email: flag(told, "need_email"),
            },
            "list" => FieldKind::List {
                choices: choices(told),
                // Choices that the master finds out later are not told; then only it knows what will do.
                strict: flag(told, "strict") && !choices(told).is_empty(),
            },
            "file" => FieldKind::File,
            "fixed" => FieldKind::Fixed,
            "inherit" => FieldKind::Inherit { choices: choices(told) },
            "nested" => FieldKind::Nested {
                layout: match text(told, "layout").as_str() {
                    "simple" => Layout::Simple,
                    "tabs" => Layout::Tabs,
                    _ => Layout::Vertical,
                },
                columns: told
                    .get("columns")
                    .and_then(Json::as_u64)
                    .map_or(1, |n| n.clamp(1, 12) as u32),
                fields: told.get("fields").map(of_list).unwrap_or_default(),
            },
            other => FieldKind::Unknown(other.to_owned()),
        }
    }
}

/// By way of JSON, which limits how deep groups are in groups.
fn fields<'de, D: serde::Deserializer<'de>>(json: D) -> Result<Vec<Field>, D::Error> {
    Ok(of_list(&Json::deserialize(json)?))
}

fn of_list(told: &Json) -> Vec<Field> {
    let list = told.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().take(MOST).filter_map(Field::of_json).collect()
}

fn text(told: &Map<String, Json>, key: &str) -> String {
    told.get(key).and_then(Json::as_str).unwrap_or_default().to_owned()
}

fn flag(told: &Map<String, Json>, key: &str) -> bool {
    told.get(key).and_then(Json::as_bool).unwrap_or_default()
}

fn choices(told: &Map<String, Json>) -> Vec<String> {
    let list = told.get("choices").and_then(Json::as_array).map(Vec::as_slice);
    let texts = list.unwrap_or_default().iter().take(MOST).map(|choice| match choice {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    });
    texts.collect()
}

fn on() -> bool {
    true
}
