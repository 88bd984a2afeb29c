//! Time, size, and commands that do not want to end.

use super::master::{Master, all_dead, and, is_alive, pids, sh};
use std::time::{Duration, Instant};
use wire::worker::{Update, Value};

#[tokio::test]
async fn a_line_is_told_at_once() {
    let mut master = Master::new().await;
    let script = "while ! test -e go; do sleep 0.01; done; date +%s%N; while ! test -e stop; do sleep 0.01; done";
    let id = master.start("shell", sh(script)).await.unwrap();
    master.until(&id, |told| !told.header().is_empty()).await;
    std::fs::write(master.path("build/go"), "").unwrap();
    let told = master.until(&id, |told| !told.stdout().is_empty()).await;
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let printed = Duration::from_nanos(told.stdout().trim().parse().unwrap());
    println!("a line took {:?}", now.saturating_sub(printed));
    // Far below the seconds of a worker that collects; a machine under load gets some room.
    assert!(now.saturating_sub(printed) < Duration::from_millis(500));
    std::fs::write(master.path("build/stop"), "").unwrap();
    master.finish(&id).await;
}

#[tokio::test]
async fn a_flood_travels_in_few_updates_and_nothing_is_lost() {
    let mut master = Master::new().await;
    let begun = Instant::now();
    let told = master
        .run(
            "shell",
            sh("yes 'a line of output that is as long as most are' | head -c 50000000"),
        )
        .await;
    println!("50 MB in {:?}, {} calls", begun.elapsed(), told.calls);
    let text = told.stdout();
    assert_eq!(
        text.trim_end_matches('\n').len(),
        50_000_000 - usize::from(text.ends_with("\n\n"))
    );
    assert!(told.calls < 2000, "{} calls", told.calls);
    assert_eq!(told.rc(), Some(0));
}

#[tokio::test]
async fn a_line_of_100_mb_streams_through() {
    let mut master = Master::new().await;
    let id = master
        .start("shell", sh("head -c 100000000 /dev/zero | tr '\\0' x"))
        .await
        .unwrap();
    let told = master.finish(&id).await;
    let mut length = 0;
    for (update, _) in &told.updates {
        if let Update::Stdout(text) = update {
            assert!(text.len() < 300_000, "an update of {} bytes", text.len());
            assert!(
                text.lines()
                    .all(|line| line.len() <= 4095 && line.bytes().all(|byte| byte == b'x'))
            );
            length += text.len() - text.matches('\n').count();
        }
    }
    assert_eq!(length, 100_000_000);
}

#[tokio::test]
async fn a_slow_master_slows_the_command_down() {
    let mut master = Master::new().await;
    let script = "head -c 60000000 /dev/zero | tr '\\0' '\\n' | (dd bs=1000000 2>/dev/null; echo $$ > through)";
    let id = master.start("shell", sh(script)).await.unwrap();
    // The link takes 64 calls, the worker holds a few; the rest waits in the command.
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(!master.path("build/through").exists(), "60 MB went somewhere");
    let told = master.finish(&id).await;
    assert_eq!(told.stdout().len(), 60_000_000);
    assert_eq!(told.rc(), Some(0));
}

#[tokio::test]
async fn an_interrupt_works_while_the_master_does_not_listen() {
    let mut master = Master::new().await;
    let id = master
        .start("shell", sh("echo $$ > pids; while :; do yes | head -c 1000000; done"))
        .await
        .unwrap();
    let command = pids(&master.path("build/pids"), 1).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    master.interrupt("one").await;
    all_dead(&command).await;
    assert_eq!(master.finish(&id).await.rc(), Some(-1));
}

#[tokio::test]
async fn silence_kills_and_output_does_not() {
    let mut master = Master::new().await;
    let one = Value::Float(1.5);
    let told = master
        .run(
            "shell",
            and(
                sh("for i in 1 2 3 4 5; do echo $i; sleep 0.3; done; sleep 60"),
                [("timeout", one)],
            ),
        )
        .await;
    assert_eq!(told.stdout(), "1\n2\n3\n4\n5\n");
    assert_eq!((told.reason(), told.rc()), (Some("timeout_without_output"), Some(-1)));
    assert!(
        told.header()
            .contains("\ncommand timed out: 1.5 seconds without output running b'for i in")
    );
    assert!(
        told.header()
            .contains(", attempting to kill\nprocess killed by signal 9\nelapsedTime=")
    );
}

#[tokio::test]
async fn unwanted_output_counts_as_a_sign_of_life() {
    let mut master = Master::new().await;
    let script = "for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.3; done";
    let told = master
        .run(
            "shell",
            and(sh(script), [("timeout", 2.into()), ("want_stdout", false.into())]),
        )
        .await;
    assert_eq!((told.reason(), told.rc()), (None, Some(0)));
}

#[tokio::test]
async fn a_command_may_end_well_after_sigterm_and_still_has_failed() {
    let mut master = Master::new().await;
    let args = and(
        sh("trap 'echo bye; exit 0' TERM; echo on; while :; do sleep 0.05; done"),
        [("maxTime", 0.5.into()), ("sigtermTime", 30.into())],
    );
    let told = master.run("shell", args).await;
    assert_eq!(told.stdout(), "on\nbye\n");
    assert_eq!((told.reason(), told.rc()), (Some("timeout"), Some(-1)));
}

#[tokio::test]
async fn a_command_that_ignores_all_signals_is_given_up_and_dies() {
    let mut master = Master::new().await;
    let script = "trap '' TERM INT HUP; echo $$ >> pids; (sh -c 'echo $$ >> pids; while :; do sleep 1; done') & echo on; while :; do sleep 1; done";
    let id = master
        .start("shell", and(sh(script), [("interruptSignal", "TERM".into())]))
        .await
        .unwrap();
    let family = pids(&master.path("build/pids"), 2).await;
    let begun = Instant::now();
    master.interrupt("one").await;
    let told = master.finish(&id).await;
    assert!(begun.elapsed() >= Duration::from_secs(5));
    assert!(!family.iter().any(|process| is_alive(process)));
    assert_eq!(told.rc(), Some(-1));
    assert!(
        told.header()
            .contains("SIGKILL failed to kill process\nusing fake rc=-1\n")
    );
    assert_eq!(told.failure.as_ref().unwrap().kind, "builtins.RuntimeError");
}

#[tokio::test]
async fn sigterm_that_is_ignored_is_followed_by_kill() {
    let mut master = Master::new().await;
    let id = master
        .start(
            "shell",
            and(
                sh("trap '' TERM; echo on; while :; do sleep 0.1; done"),
                [("sigtermTime", 0.4.into())],
            ),
        )
        .await
        .unwrap();
    master.until(&id, |told| told.stdout() == "on\n").await;
    let begun = Instant::now();
    master.interrupt("one").await;
    let told = master.finish(&id).await;
    assert!(begun.elapsed() >= Duration::from_millis(400));
    assert_eq!(
        told.header()
            .lines()
            .filter(|line| *line == "process killed by signal 9")
            .count(),
        1
    );
    // `elapsed` is for commands that ended by themselves.
    assert_eq!(told.keys().last(), Some(&"header"));
}

#[tokio::test]
async fn grandchildren_that_hold_the_pipes_do_not_hold_the_build() {
    let mut master = Master::new().await;
    let script = "setsid sh -c 'echo $$ >> pids; sleep 1000' & while ! test -s pids; do sleep 0.01; done; echo done";
    let begun = Instant::now();
    let told = master.run("shell", sh(script)).await;
    let family = pids(&master.path("build/pids"), 1).await;
    assert_eq!((told.stdout().as_str(), told.rc()), ("done\n", Some(0)));
    assert!(!is_alive(&family[0]), "it lives on when the command is complete");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn what_a_command_left_behind_may_finish_its_sentence() {
    let mut master = Master::new().await;
    let told = master.run("shell", sh("(sleep 0.3; echo late) & echo early")).await;
    assert_eq!((told.stdout().as_str(), told.rc()), ("early\nlate\n", Some(0)));
}

#[tokio::test]
async fn a_flooding_grandchild_ends_too() {
    let mut master = Master::new().await;
    let told = master
        .run(
            "shell",
            sh("setsid sh -c 'echo $$ > pids; while :; do echo y; sleep 0.1; done' & exit 4"),
        )
        .await;
    let family = pids(&master.path("build/pids"), 1).await;
    assert_eq!(told.rc(), Some(4));
    assert!(!is_alive(&family[0]));
}

#[tokio::test]
async fn a_daemon_dies_with_its_command() {
    let mut master = Master::new().await;
    let script = "(setsid sh -c 'echo $$ > pids; exec sleep 1000' >/dev/null 2>&1 </dev/null &) ; while ! test -s pids; do sleep 0.01; done";
    let begun = Instant::now();
    let told = master.run("shell", sh(script)).await;
    let family = pids(&master.path("build/pids"), 1).await;
    assert_eq!(told.rc(), Some(0));
    assert!(!is_alive(&family[0]));
    assert!(begun.elapsed() < Duration::from_secs(20));
}
