//! What a worker runs while its owner gives orders. Time is real here: processes are.

use crate::master::{Rig, attached, call};
use lend::{Retry, State};
use std::path::Path;
use std::time::Duration;
use wire::worker::link::End;
use wire::worker::{Call, MasterCall, Update, Value, WorkerCall};

/// Makes the worker run a line of shell for builder `b`.
async fn run(end: &End, line: &str) {
    let builders = vec![("b".to_owned(), "b".to_owned())];
    ask(end, MasterCall::SetBuilderList { builders }).await;
    let args = [("command", line), ("workdir", "build")];
    let args = args.map(|(name, text)| (name.to_owned(), Value::from(text)));
    let command = MasterCall::StartCommand {
        builder: "b".to_owned(),
        id: "7".to_owned(),
        name: "shell".to_owned(),
        args: Value::Dict(args.into()),
    };
    ask(end, command).await;
}

async fn ask(end: &End, call: MasterCall) {
    crate::master::ask(end, call).await;
}

/// The number of a process, once its command has written that.
async fn written(file: &Path) -> i32 {
    loop {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if let Some(pid) = text.strip_suffix('\n').and_then(|pid| pid.parse().ok()) {
            return pid;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn lives(pid: i32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[tokio::test]
async fn taking_back_ends_what_runs_says_why_and_stays_away() {
    let mut rig = Rig::start(Retry::default());
    let visit = rig.visit().await;
    let closed = visit.closed.clone();
    let mut end = visit.accept();
    rig.until(attached).await;
    run(&end, "echo $$ > pid; exec sleep 600").await;
    let pid = written(&rig.folder.path().join("b/build/pid")).await;
    let mut runs = rig.lender.runs();
    let run = runs.wait_for(|runs| !runs.is_empty()).await.expect("the worker lives")[0].clone();
    assert_eq!((run.builder.as_str(), run.command.as_str()), ("b", "shell"));

    rig.lender.take_back("the owner needs the machine");
    let mut log = String::new();
    while let Some(incoming) = end.inbox.next().await {
        let (call, answer) = incoming.split();
        answer(Ok(wire::worker::Answer::Number(0)));
        match call {
            Call::Worker(WorkerCall::Update { updates, .. }) => {
                for update in updates {
                    if let Update::Header(text) = update {
                        log.push_str(&text);
                    }
                }
            }
            other => panic!("a master that repeats the build must hear nothing else: {other:?}"),
        }
    }
    assert!(log.contains("the owner needs the machine"), "{log}");
    rig.until(|state| matches!(state, State::Paused)).await;
    assert!(!lives(pid), "the command is dead");
    assert!(closed.is_cancelled());
    assert!(rig.lender.runs().borrow().is_empty());
    rig.lender.resume();
    rig.visit().await;
}

#[tokio::test]
async fn a_pause_lets_what_runs_finish() {
    let mut rig = Rig::start(Retry::default());
    let mut end = rig.visit().await.accept();
    rig.until(attached).await;
    run(
        &end,
        "echo $$ > pid; while ! test -e go; do sleep 0.02; done; echo done > result",
    )
    .await;
    let build = rig.folder.path().join("b/build");
    written(&build.join("pid")).await;
    rig.lender.pause();
    assert_eq!(call(&mut end).await, WorkerCall::Shutdown);
    std::fs::write(build.join("go"), "").expect("a file");
    assert!(matches!(
        call(&mut end).await,
        WorkerCall::Complete { failure: None, .. }
    ));
    assert_eq!(
        std::fs::read_to_string(build.join("result")).expect("a result"),
        "done\n"
    );
    ask(&end, MasterCall::Shutdown).await;
    rig.until(|state| matches!(state, State::Paused)).await;
}

#[tokio::test]
async fn a_stop_leaves_no_process() {
    let mut rig = Rig::start(Retry::default());
    let end = rig.visit().await.accept();
    rig.until(attached).await;
    run(&end, "echo $$ > pid; exec sleep 600").await;
    let pid = written(&rig.folder.path().join("b/build/pid")).await;
    let Rig { lender, .. } = rig;
    lender.stop().await;
    assert!(!lives(pid), "the command is dead");
}
