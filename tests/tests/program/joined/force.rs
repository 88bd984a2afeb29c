//! A form with every kind of field.

use super::{as_json, join, refused};
use serde_json::{Value, json};
use tests::{Outpost, Release, Team};

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_field_is_shown_given_and_refused_on_4_3() {
    every_kind_of_field_is_shown_given_and_refused(Release::New).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_field_is_shown_given_and_refused_on_3_11() {
    every_kind_of_field_is_shown_given_and_refused(Release::Old).await;
}

async fn every_kind_of_field_is_shown_given_and_refused(release: Release) {
    let Some(team) = Team::start(release).await else {
        return;
    };
    let outpost = Outpost::start().await;
    join(&outpost, &team.url()).await;
    let form = as_json(&outpost, &["force", "team/form", "--list"]);
    let mut kinds = Vec::new();
    gather(&form["fields"], &mut kinds);
    for (name, kind) in [
        ("reason", "text"),
        ("username", "username"),
        ("branch", "list"),
        ("notes", "textarea"),
        ("jobs", "int"),
        ("clean", "bool"),
        ("kind", "list"),
        ("parts", "list"),
        ("origin", "fixed"),
        ("deploy_host", "text"),
        ("deploy_force", "bool"),
    ] {
        assert!(
            kinds.contains(&(name.to_owned(), kind.to_owned())),
            "{name} in {kinds:?}"
        );
    }
    let said = outpost.ok(&["force", "team/form", "--list"]);
    assert!(
        said.contains("one of quick, full") && said.contains("required"),
        "{said}"
    );

    // The master's own sentences, at their fields.
    let wrong = [
        "force",
        "team/form",
        "-p",
        "jobs=many",
        "-p",
        "version=x",
        "-p",
        "reason=",
    ];
    let (code, said) = refused(&outpost, &wrong);
    assert_eq!(code, 2, "{said}");
    for field in ["jobs:", "version:", "reason:"] {
        assert!(said.contains(field), "{said}");
    }
    let (code, said) = refused(&outpost, &["force", "team/form", "-p", "nosuch=1"]);
    assert!(code == 2 && said.contains("deploy_host"), "{said}");

    let given = [
        "force",
        "team/form",
        "--wait",
        "--reason",
        "because",
        "--branch",
        "next",
        "-p",
        "jobs=7",
        "-p",
        "clean=false",
        "-p",
        "kind=full",
        "-p",
        "parts=a",
        "-p",
        "parts=c",
        "-p",
        "notes=one\ntwo",
        "-p",
        "deploy_host=live",
        "-p",
        "deploy_force=true",
        "-p",
        "username=Ann <ann@example.org>",
    ];
    outpost.ok(&given);
    let build = team.read("builds?limit=1&order=-buildid").await["builds"][0]["buildid"].clone();
    let answer = team.read(&format!("builds/{build}/properties")).await;
    let properties = &answer["properties"][0];
    for (name, value) in [
        ("jobs", json!(7)),
        ("clean", json!(false)),
        ("kind", json!("full")),
        ("parts", json!(["a", "c"])),
        ("origin", json!("by hand")),
        ("version", json!("1.0")),
        ("branch", json!("next")),
        ("reason", json!("because")),
    ] {
        assert_eq!(properties[name][0], value, "{name} in {properties:#}");
    }
    assert_eq!(
        properties["deploy"][0],
        json!({"host": "live", "force": true}),
        "{properties:#}"
    );
    assert!(
        properties["notes"][0]
            .as_str()
            .is_some_and(|notes| notes.contains("two")),
        "{properties:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_sent_and_a_build_to_inherit_from_is_named() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let outpost = Outpost::start().await;
    join(&outpost, &team.url()).await;
    for (form, name, kind) in [("again", "inherit", "list"), ("upload", "patch", "file")] {
        let form = as_json(&outpost, &["force", &format!("team/{form}"), "--list"]);
        let mut kinds = Vec::new();
        gather(&form["fields"], &mut kinds);
        assert!(
            kinds.contains(&(name.to_owned(), kind.to_owned())),
            "{name} in {kinds:?}"
        );
    }
    let file = outpost.home().join("a.patch");
    let text = "--- a\n+++ b\n@@ -1 +1 @@\n-größe\n+größer\n";
    std::fs::write(&file, text).expect("a file");
    let given = format!("patch=@{}", file.display());
    outpost.ok(&["force", "team/upload", "--wait", "-p", &given]);
    let build = team.read("builds?limit=1&order=-buildid").await["builds"][0]["buildid"].clone();
    let answer = team.read(&format!("builds/{build}/properties")).await;
    assert_eq!(answer["properties"][0]["patch"][0], text, "{answer:#}");
    let nowhere = format!("patch=@{}", outpost.home().join("nowhere").display());
    let (code, said) = refused(&outpost, &["force", "team/upload", "-p", &nowhere]);
    assert!(code == 2 && said.contains("nowhere"), "{said}");

    // It wants a build to inherit from, says so at the field, and breaks off over any: that this is its defect is told.
    let (code, said) = refused(&outpost, &["force", "team/again"]);
    assert!(code == 2 && said.contains("inherit: bad build"), "{said}");
    let (code, said) = refused(&outpost, &["force", "team/again", "-p", "inherit=form/1"]);
    let told = "500: it cannot inherit from a build; Buildbot 4.3.0 has this defect";
    assert!(code == 5 && said.contains(told), "{said}");
}

fn gather(fields: &Value, all: &mut Vec<(String, String)>) {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for field in fields.as_array().into_iter().flatten() {
        all.push((word(&field["full_name"]), word(&field["kind"])));
        gather(&field["fields"], all);
    }
}
