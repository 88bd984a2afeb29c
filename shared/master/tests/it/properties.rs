//! Where a build's properties come from and where they go.

use crate::rig::*;
use model::config::{Render, ShellArgs, StepKind};
use model::{Json, Properties};
use serde_json::json;

fn interpolated(template: &str) -> Render {
    let text = model::config::Interpolate::parse(template, Vec::new(), Default::default());
    Render::Interpolate(std::sync::Arc::new(text.expect("the template is right")))
}

#[tokio::test]
async fn the_standard_properties_have_buildbots_sources() {
    let mut config = config(vec![builder("b", vec![shell("one", "say x")])]);
    config.builders[0].project = Some("widget".to_owned());
    config.properties.set("flavour", "sweet", "");
    let mut rig = Rig::start(config).await;
    let _worker = Script::attach(&rig.master, "w").await;
    rig.force_with("b", json!({"reason": "why not", "branch": "main", "who": "me"}))
        .await;
    let build = rig.finished().await;
    let properties = rig.properties(build.id).await;
    let wanted: [(&str, Json, &str); 18] = [
        ("basedir", json!("/w"), "Worker"),
        ("branch", json!("main"), "Build"),
        ("builddir", json!("/w/b"), "Worker"),
        ("builderid", json!(1), "Builder"),
        ("buildername", json!("b"), "Builder"),
        ("buildnumber", json!(1), "Build"),
        ("codebase", json!(""), "Build"),
        ("flavour", json!("sweet"), "global"),
        ("owner", json!("ada"), "Force Build Form"),
        ("owners", json!(["ada"]), "Build"),
        ("project", json!(""), "Build"),
        ("projectid", json!(1), "Builder"),
        ("projectname", json!("widget"), "Builder"),
        ("reason", json!("why not"), "Force Build Form"),
        ("repository", json!(""), "Build"),
        ("revision", json!(""), "Build"),
        ("scheduler", json!("force"), "Scheduler"),
        ("workername", json!("w"), "Worker"),
    ];
    for (name, value, source) in &wanted {
        assert_eq!(
            (properties.get(name), properties.source(name)),
            (Some(value), Some(*source)),
            "{name}"
        );
    }
    assert_eq!(properties.source("who"), Some("Force Build Form"));
    assert_eq!(properties.len(), wanted.len() + 1);
}

#[tokio::test]
async fn a_step_sets_what_a_later_step_uses() {
    let from_command = StepKind::SetPropertyFromCommand {
        shell: Box::new(ShellArgs {
            command: Render::Const("say  v1 ".into()),
            ..ShellArgs::default()
        }),
        property: Some("version".to_owned()),
        strip: true,
        extract: None,
    };
    let nested = json!({"a": [1, 2, {"b": null}]});
    let steps = vec![
        step("setproperty", from_command),
        step(
            "SetProperty",
            StepKind::SetProperties(vec![("nested".to_owned(), Render::Const(nested.clone()))]),
        ),
        shell_with("echo", "", |_, args| {
            args.command = interpolated("say %(prop:version)s of %(prop:branch:-none)s")
        }),
    ];
    let mut rig = Rig::start(config(vec![builder("b", steps)])).await;
    let _worker = Script::attach(&rig.master, "w").await;
    let build = rig.build("b").await;
    assert_eq!(rig.log(build.id, "echo", "stdio").await.lines().next(), Some("ov1 of"));
    let properties = rig.properties(build.id).await;
    assert_eq!(
        (properties.text("version"), properties.source("version")),
        (Some("v1"), Some("SetPropertyFromCommand Step"))
    );
    assert_eq!(
        (properties.get("nested"), properties.source("nested")),
        (Some(&nested), Some("SetProperty"))
    );
    assert_eq!(
        rig.log(build.id, "setproperty", "property changes").await,
        "version: 'v1'\n"
    );
    let texts: Vec<String> = rig
        .told_steps(build.id)
        .await
        .into_iter()
        .map(|(_, _, text)| text)
        .collect();
    assert_eq!(texts[1..3], ["property 'version' set", "Set"]);
}

#[tokio::test]
async fn an_extracting_function_gets_exit_code_output_and_errors() {
    let extract = function(|argument| match argument {
        model::config::FunctionArgument::Output(rc, out, err) => Ok(json!({"rc": rc, "out": out, "err": err})),
        _ => Err("should be given an output".to_owned()),
    });
    let kind = StepKind::SetPropertyFromCommand {
        shell: Box::new(ShellArgs {
            command: Render::Const("say a; err b; rc 3".into()),
            ..ShellArgs::default()
        }),
        property: None,
        strip: true,
        extract: Some(extract),
    };
    let mut rig = Rig::start(config(vec![builder("b", vec![step("x", kind)])])).await;
    let _worker = Script::attach(&rig.master, "w").await;
    let build = rig.build("b").await;
    let properties: Properties = rig.properties(build.id).await;
    assert_eq!(properties.get("rc"), Some(&json!(3)));
    assert_eq!(
        (properties.text("out"), properties.text("err")),
        (Some("a\n"), Some("b\n"))
    );
    assert_eq!(rig.told_steps(build.id).await[1].2, "3 properties set (failure)");
}

#[tokio::test]
async fn the_environment_is_the_builders_then_the_steps() {
    let mut config = config(vec![builder(
        "b",
        vec![shell_with("one", "say x", |_, args| {
            args.env = Render::Const(json!({"B": "step", "C": null}))
        })],
    )]);
    config.builders[0].env = Render::Dict(vec![
        ("A".to_owned(), interpolated("%(prop:buildername)s")),
        ("B".to_owned(), Render::Const("builder".into())),
    ]);
    let mut rig = Rig::start(config).await;
    let mut worker = Script::attach(&rig.master, "w").await;
    rig.build("b").await;
    let (_, _, args) = worker.command().await;
    use wire::worker::Value;
    let wanted = Value::Dict(vec![
        ("A".to_owned(), "b".into()),
        ("B".to_owned(), "step".into()),
        ("C".to_owned(), Value::None),
    ]);
    assert_eq!(args.get("env"), Some(&wanted));
}
