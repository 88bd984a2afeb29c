//! What a build's end is made of.

use crate::rig::*;
use model::Results;
use model::config::{LogFile, Render, ShellArg, ShellArgs, ShellSequence, StepKind};
use serde_json::json;
use std::collections::BTreeMap;
use wire::worker::Value;

async fn built(steps: Vec<model::config::StepConfig>) -> (Rig, model::Build, Script) {
    let mut rig = Rig::start(config(vec![builder("b", steps)])).await;
    let script = Script::attach(&rig.master, "w").await;
    let build = rig.build("b").await;
    (rig, build, script)
}

fn told(name: &str, results: Results, text: &str) -> (String, Option<Results>, String) {
    (name.to_owned(), Some(results), text.to_owned())
}

#[tokio::test]
async fn a_build_whose_steps_all_pass_is_successful() {
    let (rig, build, _worker) = built(vec![shell("one", "say hello; err oops"), shell("two", "say bye")]).await;
    assert_eq!(
        (results(&build), &*build.state_string, build.number),
        (Results::Success, "build successful", 1)
    );
    assert_eq!(
        rig.told_steps(build.id).await,
        [
            told("worker_preparation", Results::Success, "worker w ready"),
            told("one", Results::Success, "'say hello; ...'"),
            told("two", Results::Success, "'say bye'"),
        ]
    );
    assert_eq!(
        rig.log(build.id, "one", "stdio").await,
        "ohello\neoops\nhprogram finished with exit code 0\n"
    );
}

#[tokio::test]
async fn a_failure_is_told_and_the_rest_goes_on_unless_it_halts() {
    let (rig, build, _worker) = built(vec![
        shell("one", "rc 3"),
        shell_with("two", "rc 1", |common, _| common.halt_on_failure = true),
        shell("three", "say never"),
        shell_with("four", "say always", |common, _| common.always_run = true),
    ])
    .await;
    assert_eq!(results(&build), Results::Failure);
    assert_eq!(build.state_string, "failed 'rc 3' (failure) 'rc 1' (failure)");
    let names: Vec<String> = rig
        .told_steps(build.id)
        .await
        .into_iter()
        .map(|(name, ..)| name)
        .collect();
    assert_eq!(names, ["worker_preparation", "one", "two", "four"]);
}

#[tokio::test]
async fn warnings_come_from_flags_and_exit_codes() {
    let (rig, build, _worker) = built(vec![
        shell_with("a", "rc 1", |common, _| {
            common.flunk_on_failure = false;
            common.warn_on_failure = true;
        }),
        shell_with("b", "rc 4", |common, args| {
            common.warn_on_warnings = true;
            args.decode_rc = BTreeMap::from([(4, Results::Warnings)]);
        }),
        shell_with("c", "rc 1", |common, _| common.flunk_on_failure = false),
    ])
    .await;
    assert_eq!(results(&build), Results::Warnings);
    assert_eq!(build.state_string, "warnings 'rc 1' (failure) 'rc 4' (warnings)");
    assert_eq!(
        rig.told_steps(build.id).await[3],
        told("c", Results::Failure, "'rc 1' (failure)")
    );
}

#[tokio::test]
async fn steps_are_skipped_hidden_and_named_apart() {
    let (rig, build, _worker) = built(vec![
        shell_with("make", "say one", |common, _| {
            common.do_step_if = Render::Const(false.into())
        }),
        shell_with("make", "say two", |common, _| {
            common.do_step_if = Render::Call(function(|_| Ok(json!(true))));
            common.hide_step_if = Render::Call(function(|_| Ok(json!(true))));
        }),
    ])
    .await;
    assert_eq!(results(&build), Results::Success);
    let steps = rig.steps(build.id).await;
    assert_eq!(
        (&*steps[1].name, steps[1].results, &*steps[1].state_string),
        ("make", Some(Results::Skipped), "'say one' (skipped)")
    );
    assert!(steps[1].started_at.is_some() && steps[1].locks_acquired_at.is_none() && !steps[1].hidden);
    assert_eq!((&*steps[2].name, steps[2].hidden), ("make_1", true));
}

#[tokio::test]
async fn descriptions_replace_the_command() {
    let (rig, build, _worker) = built(vec![
        shell_with("a", "say x", |common, _| {
            common.description = Some(Render::Const("compiling".into()));
            common.description_done = Some(Render::Const(json!(["compile", "all"])));
            common.description_suffix = Some(Render::Const("fast".into()));
        }),
        shell_with("b", "rc 1", |common, _| {
            common.description_done = Some(Render::Const("tests".into()))
        }),
    ])
    .await;
    assert_eq!(build.state_string, "failed tests (failure)");
    assert_eq!(rig.told_steps(build.id).await[1].2, "compile all fast");
}

#[tokio::test]
async fn a_command_that_was_ended_says_why() {
    let (rig, build, _worker) = built(vec![
        shell("slow", "reason timeout_without_output"),
        shell("long", "reason max_lines_failure"),
    ])
    .await;
    assert_eq!(results(&build), Results::Failure);
    let steps = rig.told_steps(build.id).await;
    assert_eq!(steps[1].2, "'reason timeout_without_output' (failure) (timed out)");
    assert_eq!(steps[2].2, "'reason max_lines_failure' (failure) (max lines)");
}

#[tokio::test]
async fn a_command_that_goes_wrong_itself_is_an_exception_with_its_words_in_a_log() {
    let (rig, build, _worker) = built(vec![
        shell("boom", "fail out of cheese"),
        shell("after", "say never"),
        shell_with("always", "say always", |common, _| common.always_run = true),
    ])
    .await;
    assert_eq!(
        (results(&build), &*build.state_string),
        (Results::Exception, "exception finished (exception)")
    );
    assert_eq!(
        rig.log(build.id, "boom", "err.text").await,
        "builtins.RuntimeError: out of cheese\n"
    );
    assert_eq!(
        rig.steps(build.id)
            .await
            .last()
            .map(|step| step.name.clone())
            .as_deref(),
        Some("always")
    );
}

#[tokio::test]
async fn a_value_that_cannot_be_rendered_is_an_exception() {
    let (rig, build, _worker) = built(vec![shell_with("boom", "", |_, args| {
        args.command = Render::Call(function(|_| Err("division by zero".to_owned())));
    })])
    .await;
    assert_eq!(results(&build), Results::Exception);
    assert_eq!(rig.log(build.id, "boom", "err.text").await, "test: division by zero\n");
}

#[tokio::test]
async fn followed_files_have_logs_and_lazy_ones_only_when_they_say_something() {
    let file = |name: &str| {
        (
            name.to_owned(),
            LogFile {
                filename: Render::Const(format!("{name}.log").into()),
                follow: true,
            },
        )
    };
    let (rig, build, mut worker) = built(vec![
        shell_with("eager", "log test a line", |_, args| {
            args.logfiles = vec![file("test"), file("silent")]
        }),
        shell_with("lazy", "log test a line", |_, args| {
            args.logfiles = vec![file("test"), file("silent")];
            args.lazy_logfiles = true;
        }),
    ])
    .await;
    assert_eq!(rig.log(build.id, "eager", "test").await, "oa line\n");
    assert_eq!(rig.log(build.id, "eager", "silent").await, "");
    assert_eq!(rig.log(build.id, "lazy", "test").await, "oa line\n");
    let lazy = rig.steps(build.id).await[2].id;
    let logs = rig
        .master
        .store()
        .read(move |c| store::logs::of_step(c, lazy))
        .await
        .expect("logs are read");
    assert_eq!(logs.iter().map(|log| &*log.name).collect::<Vec<_>>(), ["stdio", "test"]);
    let (_, _, args) = worker.command().await;
    let follow = Value::Dict(vec![
        ("filename".to_owned(), "test.log".into()),
        ("follow".to_owned(), true.into()),
    ]);
    assert_eq!(args.get("logfiles").and_then(|files| files.get("test")), Some(&follow));
}

#[tokio::test]
async fn partial_lines_are_joined_and_the_last_is_completed() {
    let (rig, build, _worker) = built(vec![shell("one", "part ab; part c; say d; part e")]).await;
    assert_eq!(
        rig.log(build.id, "one", "stdio").await,
        "oabcd\nhprogram finished with exit code 0\noe\n"
    );
}

#[tokio::test]
async fn a_sequence_runs_its_commands_into_their_logs() {
    let arg = |command: &str, log: Option<&str>, halt: bool, flunk: bool| ShellArg {
        command: Render::Const(command.into()),
        logname: log.map(str::to_owned),
        halt_on_failure: halt,
        flunk_on_failure: flunk,
        flunk_on_warnings: false,
        warn_on_failure: false,
        warn_on_warnings: false,
    };
    let sequence = ShellSequence {
        commands: vec![
            arg("say one", Some("l1"), false, true),
            arg("rc 1", Some("l2"), false, false),
            arg("say three", Some("l1"), false, true),
            arg("rc 2", None, true, true),
            arg("say never", Some("l1"), false, true),
        ],
        shell: ShellArgs::default(),
    };
    let (rig, build, _worker) = built(vec![step("seq", StepKind::Sequence(Box::new(sequence)))]).await;
    assert_eq!(results(&build), Results::Failure);
    assert_eq!(rig.told_steps(build.id).await[1].2, "'rc 2' (failure)");
    let l1 = rig.log(build.id, "seq", "l1").await;
    assert_eq!(
        l1,
        "oone\nhprogram finished with exit code 0\nothree\nhprogram finished with exit code 0\n"
    );
}

#[tokio::test]
async fn a_command_is_sent_with_all_the_arguments_of_a_real_master() {
    let (_rig, _build, mut worker) = built(vec![shell_with("one", "say x", |common, args| {
        common.workdir = Some(Render::Const("sub".into()));
        args.env = Render::Const(json!({"A": "1"}));
        args.max_time = Some(60.5);
    })])
    .await;
    let (builder, name, args) = worker.command().await;
    assert_eq!((&*builder, &*name), ("b", "shell"));
    let Value::Dict(pairs) = &args else {
        panic!("arguments are a dictionary")
    };
    let keys: Vec<&str> = pairs.iter().map(|(key, _)| key.as_str()).collect();
    // The order of the recorded session of a real master.
    assert_eq!(
        keys,
        [
            "workdir",
            "env",
            "want_stdout",
            "want_stderr",
            "logfiles",
            "timeout",
            "maxTime",
            "max_lines",
            "sigtermTime",
            "usePTY",
            "logEnviron",
            "initial_stdin",
            "interruptSignal",
            "command"
        ]
    );
    assert_eq!(args.get("timeout"), Some(&Value::Int(1200)));
    assert_eq!(args.get("maxTime"), Some(&Value::Float(60.5)));
    assert_eq!(args.get("workdir"), Some(&Value::Text("sub".to_owned())));
}
