//! A secret reaches the worker and nobody else.

use crate::rig::*;
use master::Secrets;
use model::config::{Interpolate, Render, ShellArgs, StepKind};
use model::{Event, Results};
use std::sync::Arc;
use wire::worker::Value;

struct Vault;

impl Secrets for Vault {
    fn secret(&self, name: &str) -> Result<String, String> {
        match name {
            "token" => Ok("hunter2".to_owned()),
            _ => Err(format!("there is no secret '{name}'; add it in the settings")),
        }
    }
}

fn interpolated(template: &str) -> Render {
    Render::Interpolate(Arc::new(
        Interpolate::parse(template, Vec::new(), Default::default()).expect("a template"),
    ))
}

async fn start(steps: Vec<model::config::StepConfig>) -> (Rig, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rig = Rig::open(folder.path(), config(vec![builder("b", steps)]), |setup| {
        setup.secrets = Arc::new(Vault)
    })
    .await;
    (rig, folder)
}

#[tokio::test]
async fn a_secret_is_in_no_log_state_string_property_or_event() {
    let list = Render::List(vec![
        Render::Const("say".into()),
        interpolated("--token=%(secret:token)s"),
    ]);
    let steps = vec![
        shell_with("list", "", |_, args| args.command = list),
        shell_with("text", "", |common, args| {
            args.command =
                interpolated("header run hunter2; err a hunter2; part x hun; part ter2 y; rc 1 ; say %(secret:token)s");
            common.description_suffix = Some(interpolated("%(secret:token)s"));
        }),
        shell_with("described", "rc 1", |common, _| {
            common.description_done = Some(interpolated("with %(secret:token)s"))
        }),
    ];
    let (mut rig, _folder) = start(steps).await;
    let mut worker = Script::attach(&rig.master, "w").await;
    rig.force("b").await;
    let events = rig
        .all_until("the end", |event| matches!(event, Event::BuildSetComplete(_)))
        .await;
    let told = format!("{events:?}");
    assert!(!told.contains("hunter2"), "no event tells it");
    let (_, _, args) = worker.command().await;
    let obfuscated = Value::Tuple(vec![
        "obfuscated".into(),
        "--token=hunter2".into(),
        "--token=<token>".into(),
    ]);
    let Some(Value::List(words)) = args.get("command") else {
        panic!("a list of words")
    };
    assert_eq!(words[1], obfuscated, "the worker is told not to show it");
    let build = model::BuildId(1);
    let log = rig.log(build, "text", "stdio").await;
    assert!(
        !log.contains("hunter2") && log.contains("hrun <token>\nea <token>\n"),
        "{log}"
    );
    assert!(log.contains("ox <token> y"), "also where it was cut: {log}");
    assert_eq!(rig.told_steps(build).await[3].2, "with <token> (failure)");
    assert!(!format!("{:?}", rig.properties(build).await).contains("hunter2"));
}

#[tokio::test]
async fn a_secret_that_cannot_be_had_ends_the_build_and_says_why() {
    let step = shell_with("one", "", |_, args| args.command = Render::Secret("other".to_owned()));
    let (mut rig, _folder) = start(vec![step]).await;
    let _worker = Script::attach(&rig.master, "w").await;
    let build = rig.build("b").await;
    assert_eq!(results(&build), Results::Exception);
    let log = rig.log(build.id, "one", "err.text").await;
    assert_eq!(
        log,
        "secret 'other': there is no secret 'other'; add it in the settings\n"
    );
}

#[tokio::test]
async fn what_a_command_says_of_a_secret_is_kept_from_properties() {
    let kind = StepKind::SetPropertyFromCommand {
        shell: Box::new(ShellArgs {
            command: interpolated("say %(secret:token)s!"),
            ..ShellArgs::default()
        }),
        property: Some("said".to_owned()),
        strip: true,
        extract: None,
    };
    let (mut rig, _folder) = start(vec![step("set", kind)]).await;
    let _worker = Script::attach(&rig.master, "w").await;
    let build = rig.build("b").await;
    assert_eq!(rig.properties(build.id).await.text("said"), Some("<token>!"));
}
