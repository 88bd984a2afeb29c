//! The text of `.outpost/try.toml`: presets are put in and taken out, and all else stays as its people wrote it.

use crate::api::tries::TryPresetValues;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// What presets there are; the error is one clause.
pub(super) fn presets(text: &str) -> Result<BTreeMap<String, TryPresetValues>, String> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct File {
        presets: BTreeMap<String, TryPresetValues>,
    }
    let file: File = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    Ok(file.presets)
}

/// The text with this preset, new or instead of the one of its name.
pub(super) fn with(text: &str, name: &str, values: &TryPresetValues) -> Result<String, String> {
    let before = presets(text)?.remove(name).unwrap_or_default();
    edited(text, |presets| {
        let item = presets.entry(name).or_insert(Item::Table(Table::new()));
        let inline = item.is_inline_table();
        let Some(preset) = item.as_table_like_mut() else {
            return;
        };
        if before.target != values.target {
            set(preset, "target", values.target.as_deref().map(Value::from));
        }
        if before.builders != values.builders {
            set(preset, "builders", list(&values.builders));
        }
        if before.untracked != values.untracked {
            set(preset, "untracked", list(&values.untracked));
        }
        set_properties(preset, inline, &before.properties, &values.properties);
        if let Some(table) = item.as_table_mut().filter(|table| table.is_empty()) {
            // It needs a heading to be there at all.
            table.set_dotted(false);
            table.set_implicit(false);
        }
    })
}

/// The text without this preset.
pub(super) fn without(text: &str, name: &str) -> Result<String, String> {
    edited(text, |presets| {
        presets.remove(name);
    })
}

fn edited(text: &str, edit: impl FnOnce(&mut Table)) -> Result<String, String> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
    let mut empty = Table::new();
    // No heading of its own: each preset has one.
    empty.set_implicit(true);
    let presets = document.entry("presets").or_insert(Item::Table(empty));
    if let Some(inline) = presets.as_inline_table() {
        *presets = Item::Table(inline.clone().into_table());
    }
    let presets = presets.as_table_mut().ok_or("its presets are no table")?;
    edit(presets);
    let edited = document.to_string();
    // The library writes line feeds alone.
    Ok(match text.contains("\r\n") {
        true => edited.replace('\n', "\r\n"),
        false => edited,
    })
}

fn list(texts: &[String]) -> Option<Value> {
    let texts: Array = texts.iter().map(String::as_str).collect();
    (!texts.is_empty()).then_some(Value::Array(texts))
}

fn set_properties(
    preset: &mut dyn TableLike,
    inline: bool,
    before: &BTreeMap<String, String>,
    now: &BTreeMap<String, String>,
) {
    if now.is_empty() {
        preset.remove("properties");
        return;
    }
    let empty = match inline {
        true => Item::Value(Value::InlineTable(InlineTable::new())),
        false => Item::Table(Table::new()),
    };
    let properties = preset.entry("properties").or_insert(empty);
    let Some(properties) = properties.as_table_like_mut() else {
        return;
    };
    for name in before.keys().filter(|name| !now.contains_key(*name)) {
        properties.remove(name);
    }
    for (name, text) in now.iter().filter(|(name, text)| before.get(*name) != Some(text)) {
        set(properties, name, Some(text.as_str().into()));
    }
}

/// A value in the place of the one before, whose comments stay.
fn set(table: &mut dyn TableLike, key: &str, value: Option<Value>) {
    match (value, table.get_mut(key)) {
        (None, _) => {
            table.remove(key);
        }
        (Some(mut value), Some(Item::Value(before))) => {
            *value.decor_mut() = before.decor().clone();
            *before = value;
        }
        (Some(value), _) => {
            table.insert(key, Item::Value(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const THEIRS: &str = r#"# What the team tries before a push.

[presets.all]   # ask Ann before you change it
# the fast ones alone
builders = [ "linux-*", "mac" ] # two farms
target = 'team/pb'

[presets.all.properties]
mode = "quick"   # not "full"
depth = "1"

[other]
kept = { as = "it is" }
# the end
"#;

    fn values(builders: &[&str], properties: &[(&str, &str)]) -> TryPresetValues {
        TryPresetValues {
            target: Some("team/pb".to_owned()),
            builders: builders.iter().map(|name| (*name).to_owned()).collect(),
            properties: properties
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
            untracked: Vec::new(),
        }
    }

    #[test]
    fn all_that_is_not_changed_stays_byte_for_byte() {
        let same = values(&["linux-*", "mac"], &[("mode", "quick"), ("depth", "1")]);
        assert_eq!(with(THEIRS, "all", &same).expect("a file"), THEIRS);
        let other = values(&["linux-*"], &[("mode", "full")]);
        let wanted = THEIRS
            .replace("[ \"linux-*\", \"mac\" ]", "[\"linux-*\"]")
            .replace("mode = \"quick\"", "mode = \"full\"")
            .replace("depth = \"1\"\n", "");
        assert_eq!(with(THEIRS, "all", &other).expect("a file"), wanted);
        let both = with(THEIRS, "new one", &same).expect("a file");
        assert_eq!(without(&both, "new one").expect("a file"), THEIRS);
        let windows = THEIRS.replace('\n', "\r\n");
        let wanted = wanted.replace('\n', "\r\n");
        assert_eq!(with(&windows, "all", &other).expect("a file"), wanted);
    }

    #[test]
    fn the_last_preset_leaves_no_heading_and_the_first_needs_no_file() {
        let one = with("", "quick", &values(&["a"], &[])).expect("a file");
        assert!(!one.contains("[presets]") && one.contains("[presets.quick]"), "{one}");
        assert_eq!(without(&one, "quick").expect("a file").trim(), "");
    }

    #[test]
    fn what_cannot_be_read_is_not_written_over() {
        let quick = values(&["a"], &[]);
        for text in ["presets = 3", "[presets", "[presets.x]\ntarget = 7"] {
            assert!(with(text, "quick", &quick).is_err(), "{text}");
        }
    }

    fn any_values() -> impl Strategy<Value = TryPresetValues> {
        let texts = || prop::collection::vec(any::<String>(), 0..3);
        let properties = prop::collection::btree_map(any::<String>(), any::<String>(), 0..3);
        (prop::option::of(any::<String>()), texts(), properties, texts()).prop_map(
            |(target, builders, properties, untracked)| TryPresetValues {
                target,
                builders,
                properties,
                untracked,
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_what_is_read(
            style in prop_oneof![Just(""), Just(THEIRS), Just("presets = { all = { target = 'x', properties = { a = 'b' } } }"),
                Just("[presets]\nall = { builders = ['x'] }\n"), Just("[presets.all.properties]\na = 'b'\n"), Just("[presets]\nall.target = 'x'\nall.properties.a = 'b'\n")],
            name in prop_oneof![Just("all".to_owned()), any::<String>()],
            first in any_values(),
            second in any_values(),
        ) {
            let mut wanted = presets(style).expect("presets");
            let mut text = style.to_owned();
            for values in [first, second] {
                text = with(&text, &name, &values).expect("a file");
                wanted.insert(name.clone(), values);
                prop_assert_eq!(&presets(&text).expect("presets"), &wanted, "{}", text);
            }
            text = without(&text, &name).expect("a file");
            wanted.remove(&name);
            prop_assert_eq!(presets(&text).expect("presets"), wanted, "{}", text);
        }
    }
}
