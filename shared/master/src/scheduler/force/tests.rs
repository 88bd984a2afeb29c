use super::*;
use model::config::{ForceField, ForceKind, Location, SchedulerKind};
use serde_json::json;

fn field(name: &str, kind: ForceKind) -> ForceField {
    ForceField {
        name: name.to_owned(),
        label: name.to_owned(),
        kind,
        ..ForceField::default()
    }
}

fn nested(name: &str, codebase: Option<&str>, fields: Vec<ForceField>) -> ForceField {
    let kind = ForceKind::Nested {
        layout: "vertical".to_owned(),
        columns: 1,
        fields,
        codebase: codebase.map(str::to_owned),
    };
    field(name, kind)
}

fn list(name: &str, choices: &[&str], default: Json) -> ForceField {
    let choices = choices.iter().map(|c| (*c).to_owned()).collect();
    ForceField {
        default,
        ..field(name, ForceKind::List { choices, strict: true })
    }
}

/// The form of the recorded master.
fn form() -> ForceScheduler {
    let username = ForceField {
        label: "your name:".to_owned(),
        ..field("username", ForceKind::Username { need_email: true })
    };
    let reason = ForceField {
        label: "reason:".to_owned(),
        required: true,
        ..field("reason", ForceKind::Text)
    };
    let pull_url = ForceField {
        label: "optionally give a public Git pull url:".to_owned(),
        regex: Some("^(https://.*)?$".to_owned()),
        ..field("pull_url", ForceKind::Text)
    };
    let jobs = ForceField {
        default: json!(4),
        ..field("jobs", ForceKind::Int)
    };
    let targets = ForceField {
        multiple: true,
        ..list("targets", &["a", "b", "c"], json!(["a"]))
    };
    let blob = ForceField {
        label: "Blob".to_owned(),
        maxsize: Some(1024),
        ..field("blob", ForceKind::TextArea(4, 60))
    };
    let fixed = |name: &str, value: &str| ForceField {
        default: json!(value),
        ..field(name, ForceKind::Fixed)
    };
    ForceScheduler {
        fields: vec![
            nested("", None, vec![username, reason, field("priority", ForceKind::Int)]),
            nested(
                "",
                Some(""),
                vec![
                    list("branch", &["main", "feature/blue"], json!("main")),
                    fixed("project", "widget"),
                    fixed("repository", "file:///repo"),
                    field("revision", ForceKind::Text),
                ],
            ),
            list("mode", &["success", "failure"], json!("success")),
            nested(
                "options",
                None,
                vec![pull_url, field("force_build_clean", ForceKind::Bool), jobs],
            ),
            targets,
            blob,
        ],
        ..ForceScheduler::default()
    }
}

fn ask(owner: &str, params: Json) -> Result<NewBuildSet, Problems> {
    let config = SchedulerConfig {
        name: "force".to_owned(),
        builders: Vec::new(),
        properties: model::Properties::default(),
        reason: String::new(),
        priority: 0,
        kind: SchedulerKind::Force(Box::new(form())),
        location: Location::default(),
    };
    let params = params.as_object().cloned().expect("params are an object");
    requested(&config, &form(), owner, &params)
}

#[test]
fn all_errors_are_reported_together_by_full_name() {
    let problems = ask(
        "",
        json!({"reason": "x", "mode": "nope", "options_jobs": "abc", "options_pull_url": "ftp://x",
               "username": "not an email", "blob": "z".repeat(2000), "branch": "zzz"}),
    )
    .expect_err("much is wrong");
    let wanted = [
        ("blob", "Blob: is too large 2000 > 1024"),
        (
            "branch",
            "'zzz' does not belong to list of available choices '['main', 'feature/blue']'",
        ),
        (
            "mode",
            "'nope' does not belong to list of available choices '['success', 'failure']'",
        ),
        ("options_jobs", "invalid literal for int() with base 10: 'abc'"),
        (
            "options_pull_url",
            "optionally give a public Git pull url::'ftp://x' does not match pattern '^(https://.*)?$'",
        ),
        (
            "username",
            "username: please fill in email address in the form 'User <email@email.com>'",
        ),
    ];
    let wanted: Problems = wanted
        .iter()
        .map(|(name, what)| ((*name).to_owned(), (*what).to_owned()))
        .collect();
    assert_eq!(problems, wanted);
}

#[test]
fn a_required_field_must_be_given_and_blanks_count_as_missing() {
    for params in [json!({}), json!({"reason": "  "})] {
        let problems = ask("", params).expect_err("the reason is required");
        assert_eq!(
            problems.get("reason").map(String::as_str),
            Some("'reason:' needs to be specified")
        );
    }
}

#[test]
fn a_good_form_gives_properties_trees_and_a_reason() {
    let set = ask(
        "",
        json!({"username": "Ada <ada@example.org>", "reason": "first", "priority": "7", "options_jobs": "8",
               "options_force_build_clean": true, "targets": ["a", "c"], "unknown": "ignored", "branch": "feature/blue"}),
    )
    .expect("the form is right");
    assert_eq!(set.reason, "A build was forced by 'Ada <ada@example.org>': first");
    assert_eq!(set.priority, 7);
    let options = json!({"pull_url": "", "force_build_clean": true, "jobs": 8});
    for (name, value, source) in [
        ("options", options, FORM),
        ("targets", json!(["a", "c"]), FORM),
        ("mode", json!("success"), FORM),
        ("owner", json!("Ada <ada@example.org>"), FORM),
        ("reason", json!("first"), FORM),
        ("scheduler", json!("force"), "Scheduler"),
    ] {
        assert_eq!(set.properties.get(name), Some(&value), "{name}");
        assert_eq!(set.properties.source(name), Some(source), "{name}");
    }
    assert!(
        set.properties.get("branch").is_none(),
        "a codebase's values are no properties"
    );
    assert!(set.properties.get("unknown").is_none());
    let stamp = &set.source_stamps[0];
    assert_eq!(
        (stamp.branch.as_deref(), stamp.revision.as_deref()),
        (Some("feature/blue"), Some(""))
    );
    assert_eq!((&*stamp.repository, &*stamp.project), ("file:///repo", "widget"));
}

#[test]
fn the_session_goes_before_the_user_name_unless_it_is_anonymous() {
    let owner = |session: &str, params: Json| {
        let set = ask(session, params).expect("the form is right");
        set.properties.text("owner").map(str::to_owned)
    };
    let named = json!({"reason": "x", "username": "Ada <ada@example.org>"});
    assert_eq!(owner("grace", named.clone()).as_deref(), Some("grace"));
    assert_eq!(owner("anonymous", named).as_deref(), Some("Ada <ada@example.org>"));
    assert_eq!(owner("", json!({"reason": "x"})).as_deref(), Some("anonymous"));
}

#[test]
fn a_reason_that_looks_like_a_placeholder_stays_as_typed() {
    let set = ask("ada", json!({"reason": "%(owner)s 100%(x)"})).expect("the form is right");
    assert_eq!(set.reason, "A build was forced by 'ada': %(owner)s 100%(x)");
}

#[test]
fn a_patch_group_makes_a_patched_tree() {
    let patch = nested(
        "patch",
        None,
        ["body", "level", "author", "comment", "subdir"]
            .map(|name| field(name, ForceKind::Text))
            .into(),
    );
    let fields = [nested("lib", Some("lib"), vec![patch])];
    let params = json!({"lib_patch_body": "--- a\n", "lib_patch_author": "Ann", "lib_patch_subdir": "."});
    let given = collect::values(&fields, params.as_object().expect("an object")).expect("all is right");
    let patch = given.source_stamps()[0].patch.clone().expect("a patch");
    assert_eq!(
        (patch.level, &*patch.author, &*patch.subdir, &*patch.body),
        (1, "Ann", "", &b"--- a\n"[..])
    );
}

#[test]
fn the_special_parameters_choose_the_builders() {
    let of = |params: Json| builders(params.as_object().expect("an object"));
    assert_eq!(of(json!({})), Builders::All);
    assert_eq!(of(json!({"builderid": 4})), Builders::Id(4));
    assert_eq!(of(json!({"builderid": "4"})), Builders::Id(4));
    assert_eq!(
        of(json!({"builderNames": ["a"]})),
        Builders::Named(vec!["a".to_owned()])
    );
}
