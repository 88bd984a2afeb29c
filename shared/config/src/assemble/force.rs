//! Forms (`rest-v2` §9): the fields, and the default tree.

use crate::arg::Arg;
use crate::evaluation::Run;
use crate::made::Made;
use crate::pattern;
use model::config::{ForceField, ForceKind, ForceScheduler};

/// From this many fields on, a group has two columns.
const TWO_COLUMNS: usize = 4;

/// The form of `schedulers.ForceScheduler(…)`.
pub(super) fn force(made: &Made, name: &str, run: &Run) -> ForceScheduler {
    let first = [
        field_or(made, "username", run, || username("username", "Your name:")),
        field_or(made, "reason", run, || ForceField {
            default: "force build".into(),
            ..text("reason", "reason")
        }),
        field_or(made, "priority", run, || ForceField {
            kind: ForceKind::Int,
            default: priority(made).into(),
            ..text("priority", "priority")
        }),
    ];
    let mut fields = vec![group("", "", first.into_iter().flatten().collect(), Some(1))];
    match made.given("codebases") {
        Some(Arg::List(items)) => fields.extend(items.iter().filter_map(|item| codebase_of(item, made, run))),
        _ => fields.push(codebase("", None, None)),
    }
    if let Some(Arg::List(items)) = made.get("properties") {
        fields.extend(items.iter().filter_map(|item| field(item, made, run)));
    }
    ForceScheduler {
        label: made.text("label").unwrap_or(name).to_owned(),
        button_name: made.text("buttonName").unwrap_or(name).to_owned(),
        fields,
        reason_string: made
            .text("reasonString")
            .unwrap_or("A build was forced by '%(owner)s': %(reason)s")
            .to_owned(),
    }
}

fn priority(made: &Made) -> i64 {
    match made.get("priority") {
        Some(Arg::Int(number)) => *number,
        _ => 0,
    }
}

fn text(name: &str, label: &str) -> ForceField {
    ForceField {
        name: name.to_owned(),
        label: label.to_owned(),
        tablabel: label.to_owned(),
        default: "".into(),
        ..ForceField::default()
    }
}

fn username(name: &str, label: &str) -> ForceField {
    ForceField {
        kind: ForceKind::Username { need_email: true },
        ..text(name, label)
    }
}

fn group(name: &str, label: &str, fields: Vec<ForceField>, columns: Option<u32>) -> ForceField {
    ForceField {
        kind: ForceKind::Nested {
            layout: "vertical".to_owned(),
            columns: columns.unwrap_or(if fields.len() >= TWO_COLUMNS { 2 } else { 1 }),
            fields,
            codebase: None,
        },
        ..text(name, label)
    }
}

/// A field of the first group: given, or the default one. `None` given leaves it out.
fn field_or(made: &Made, name: &str, run: &Run, default: impl Fn() -> ForceField) -> Option<ForceField> {
    match made.given(name) {
        Some(Arg::None) => None,
        Some(arg @ Arg::Made(_)) => field(arg, made, run),
        // A plain text is the default value.
        Some(Arg::Text(value)) => Some(ForceField {
            default: value.clone().into(),
            ..default()
        }),
        _ => Some(default()),
    }
}

fn codebase_of(arg: &Arg, made: &Made, run: &Run) -> Option<ForceField> {
    match arg {
        Arg::Text(name) => Some(codebase(name, None, None)),
        other => field(other, made, run),
    }
}

/// A codebase's group. `given` has the fields that differ from the usual ones.
fn codebase(name: &str, given: Option<(&Made, &Run)>, group_name: Option<&str>) -> ForceField {
    let mut fields = Vec::new();
    for (part, label) in [
        ("branch", "Branch:"),
        ("project", "Project:"),
        ("repository", "Repository:"),
        ("revision", "Revision:"),
    ] {
        match given.and_then(|(made, run)| Some((made.given(part)?, made, run))) {
            None => fields.push(text(part, label)),
            Some((Arg::None, ..)) => {}
            Some((Arg::Text(value), ..)) => fields.push(ForceField {
                kind: ForceKind::Fixed,
                default: value.clone().into(),
                hide: true,
                ..text(part, part)
            }),
            Some((other, made, run)) => fields.extend(field(other, made, run).map(|field| ForceField {
                name: part.to_owned(),
                ..field
            })),
        }
    }
    let label = if name.is_empty() {
        String::new()
    } else {
        format!("Codebase: {name}")
    };
    let mut field = group(group_name.unwrap_or(name), &label, fields, None);
    if let ForceKind::Nested { codebase, .. } = &mut field.kind {
        *codebase = Some(name.to_owned());
    }
    field
}

/// A field of the language. What is none is told at the form.
fn field(arg: &Arg, form: &Made, run: &Run) -> Option<ForceField> {
    let wrong = || {
        run.error(
            &form.location,
            format!("a form cannot have {} as a field", arg.described()),
            "write a field, for example util.StringParameter(name=\"x\")",
        );
        None
    };
    let Arg::Made(made) = arg else { return wrong() };
    if made.spec.namespace == "unknown" || made.spec.served == crate::registry::Served::NotYet {
        return None;
    }
    let name = made.text("name").unwrap_or_default();
    let base = match made.spec.name {
        "StringParameter" => text(name, name),
        "TextParameter" => ForceField {
            kind: ForceKind::TextArea(size(made, "rows", 20), size(made, "cols", 80)),
            ..text(name, name)
        },
        "IntParameter" => ForceField {
            kind: ForceKind::Int,
            default: 0.into(),
            ..text(name, name)
        },
        "BooleanParameter" => ForceField {
            kind: ForceKind::Bool,
            ..text(name, name)
        },
        "FixedParameter" => ForceField {
            kind: ForceKind::Fixed,
            hide: true,
            ..text(name, name)
        },
        "ChoiceStringParameter" => choice(made, name, run),
        "UserNameParameter" => ForceField {
            kind: ForceKind::Username {
                need_email: made.bool("need_email", true),
            },
            ..username(made.text("name").unwrap_or("username"), "Your name:")
        },
        "CodebaseParameter" => codebase(
            made.text("codebase").unwrap_or_default(),
            Some((made.as_ref(), run)),
            made.text("name"),
        ),
        "NestedParameter" | "ParameterGroup" => {
            let fields = match made.get("fields") {
                Some(Arg::List(items)) => items.iter().filter_map(|item| field(item, form, run)).collect(),
                _ => Vec::new(),
            };
            group(name, name, fields, None)
        }
        "AnyPropertyParameter" => group(name, "", vec![text("name", "Name:"), text("value", "Value:")], None),
        _ => return wrong(),
    };
    Some(with_common(base, made, run))
}

fn size(made: &Made, name: &str, default: u32) -> u32 {
    made.count(name).and_then(|n| u32::try_from(n).ok()).unwrap_or(default)
}

fn choice(made: &Made, name: &str, run: &Run) -> ForceField {
    let choices = made.texts("choices");
    let strict = made.bool("strict", true);
    let default = made.texts("default");
    if strict {
        for value in default
            .iter()
            .filter(|value| !value.is_empty() && !choices.contains(value))
        {
            run.error(
                &made.location,
                format!("the default '{value}' of the field '{name}' is not among its choices"),
                "choose one of them, or write strict=False",
            );
        }
    }
    ForceField {
        kind: ForceKind::List { choices, strict },
        ..text(name, name)
    }
}

/// What all fields may say of themselves.
fn with_common(base: ForceField, made: &Made, run: &Run) -> ForceField {
    let label = made.text("label").map_or_else(|| base.label.clone(), str::to_owned);
    let regex = made.get("regex").and_then(|arg| match arg {
        Arg::Made(made) => made.text("pattern").map(str::to_owned),
        other => other.text().map(str::to_owned),
    });
    if let Some(Err(problem)) = regex.as_deref().map(pattern::read) {
        run.error(
            &made.location,
            format!("the field '{}': {problem}", base.name),
            pattern::FIX,
        );
    }
    let kind = match base.kind {
        ForceKind::Nested {
            layout,
            columns,
            fields,
            codebase,
        } => ForceKind::Nested {
            layout: made.text("layout").map_or(layout, str::to_owned),
            columns: size(made, "columns", columns),
            fields,
            codebase,
        },
        other => other,
    };
    ForceField {
        tablabel: made.text("tablabel").map_or_else(|| label.clone(), str::to_owned),
        label,
        kind,
        default: made.get("default").and_then(Arg::json).unwrap_or(base.default),
        required: made.bool("required", false),
        multiple: made.bool("multiple", false),
        regex,
        hide: made.bool("hide", base.hide),
        maxsize: made.count("maxsize"),
        tooltip: made.text("tooltip").unwrap_or_default().to_owned(),
        name: base.name,
    }
}
