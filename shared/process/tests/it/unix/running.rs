//! What a command gets and what it gives.

use super::{direct, sh, stdout, under_shim};
use process::{Command, Exit, Signal, SpawnError};
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_command_gets_its_words_environment_folder_and_nothing_else() {
    for launcher in [under_shim(), direct()] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = sh(
            "pwd; env | grep -v ^_= | sort; echo \"$0|$1\"; ls /proc/self/fd | wc -w; cat",
            folder.path(),
        );
        command.argv.extend(["a b".into(), "".into()]);
        command.env = vec![("X".into(), "1 2".into()), ("PATH".into(), "/usr/bin:/bin".into())];
        let mut child = launcher.spawn(&command).await.unwrap();
        let printed = stdout(&mut child).await;
        let folder = folder.path().canonicalize().unwrap();
        // Four descriptors: the standard ones and the listed folder itself.
        let wanted = format!("{0}\nPATH=/usr/bin:/bin\nPWD={0}\nX=1 2\na b|\n4\n", folder.display());
        assert_eq!(printed, wanted);
        assert_eq!(child.tree.exited().await, Exit::Code(0));
        assert!(child.tree.end().await);
    }
}

#[tokio::test]
async fn exit_status_and_signal_are_told_apart() {
    for launcher in [under_shim(), direct()] {
        for (script, exit) in [
            ("exit 3", Exit::Code(3)),
            ("kill -9 $$", Exit::Signal(9)),
            ("kill -34 $$", Exit::Signal(34)),
        ] {
            let mut child = launcher.spawn(&sh(script, "/".as_ref())).await.unwrap();
            assert_eq!(child.tree.exited().await, exit, "{script}");
            assert_eq!(child.tree.exited().await, exit, "asked twice");
        }
    }
}

#[tokio::test]
async fn a_megabyte_of_input_is_read_to_its_end() {
    let mut command = sh("wc -c", "/".as_ref());
    command.stdin = Some(vec![b'x'; 1_000_000].into());
    let mut child = under_shim().spawn(&command).await.unwrap();
    assert_eq!(stdout(&mut child).await.trim(), "1000000");
}

#[tokio::test]
async fn unread_input_holds_nothing_up() {
    let mut command = sh("exit 0", "/".as_ref());
    command.stdin = Some(vec![b'x'; 1_000_000].into());
    let mut child = under_shim().spawn(&command).await.unwrap();
    assert_eq!(child.tree.exited().await, Exit::Code(0));
    assert!(child.tree.end().await);
}

#[tokio::test]
async fn a_terminal_is_one() {
    for launcher in [under_shim(), direct()] {
        let mut command = sh(
            "test -t 0 && test -t 1 && test -t 2 && tty </dev/tty && echo yes",
            "/".as_ref(),
        );
        command.pty = true;
        let mut child = launcher.spawn(&command).await.unwrap();
        assert!(child.stderr.is_none());
        let printed = stdout(&mut child).await;
        assert!(
            printed.starts_with("/dev/") && printed.ends_with("yes\r\n"),
            "{printed:?}"
        );
    }
}

#[tokio::test]
async fn without_a_terminal_nobody_is_asked() {
    let mut child = under_shim()
        .spawn(&sh("cat /dev/tty 2>/dev/null || echo none", "/".as_ref()))
        .await
        .unwrap();
    assert_eq!(stdout(&mut child).await, "none\n");
}

#[tokio::test]
async fn a_missing_program_is_named() {
    for launcher in [under_shim(), direct()] {
        let mut command = sh("", "/".as_ref());
        command.argv = vec!["/nonexistent/prog".into()];
        let error = launcher.spawn(&command).await.unwrap_err();
        assert!(matches!(error, SpawnError::Program { .. }));
        assert!(
            error.to_string().contains("'/nonexistent/prog': No such file"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_program_is_searched_in_the_path_of_the_command() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/bin/echo", folder.path().join("only-here")).unwrap();
    let command = Command {
        argv: vec!["only-here".into(), "found".into()],
        env: vec![("PATH".into(), folder.path().into())],
        ..sh("", "/".as_ref())
    };
    let mut child = under_shim().spawn(&command).await.unwrap();
    assert_eq!(stdout(&mut child).await, "found\n");
}

#[tokio::test]
async fn a_missing_folder_and_a_missing_shim_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone");
    let error = under_shim().spawn(&sh("true", &gone)).await.unwrap_err();
    assert!(error.to_string().contains("gone' cannot be entered"), "{error}");
    let launcher = process::Launcher {
        shim: Some(gone),
        ..process::Launcher::default()
    };
    let error = launcher.spawn(&sh("true", "/".as_ref())).await.unwrap_err();
    assert!(matches!(error, SpawnError::Shim { .. }), "{error}");
}

#[tokio::test]
async fn a_signal_reaches_the_whole_group() {
    for launcher in [under_shim(), direct()] {
        let mut child = launcher
            .spawn(&sh(
                "sleep 100 & trap 'echo term; exit 7' TERM; echo on; wait",
                "/".as_ref(),
            ))
            .await
            .unwrap();
        let mut buffer = [0; 3];
        assert_eq!(child.stdout.read(&mut buffer).await.unwrap(), 3);
        child.tree.signal(Signal::TERM);
        // The end of output means that `sleep` is dead as well.
        assert_eq!(stdout(&mut child).await, "term\n");
        assert_eq!(child.tree.exited().await, Exit::Code(7));
    }
}

#[tokio::test]
async fn a_shim_costs_little() {
    let mut medians = Vec::new();
    for launcher in [direct(), under_shim()] {
        let mut times = Vec::new();
        for _ in 0..50 {
            let begun = Instant::now();
            let mut child = launcher.spawn(&sh("exit 0", "/".as_ref())).await.unwrap();
            child.tree.exited().await;
            times.push(begun.elapsed());
            assert!(child.tree.end().await);
        }
        times.sort();
        medians.push(times[25]);
    }
    println!(
        "start to exit, median: {:?} directly, {:?} under a shim",
        medians[0], medians[1]
    );
    // A millisecond or two; a machine under load gets some room.
    assert!(medians[1] < medians[0] + Duration::from_millis(50), "{medians:?}");
}

#[tokio::test]
async fn a_command_steps_back_behind_the_rest_of_the_machine() {
    let own = stdout(&mut direct().spawn(&sh("nice", "/".as_ref())).await.unwrap()).await;
    let own: u8 = own.trim().parse().expect("a number that is not below zero");
    for mut launcher in [under_shim(), direct()] {
        launcher.nice = own.saturating_add(5).min(19);
        let mut child = launcher.spawn(&sh("nice; sh -c nice", "/".as_ref())).await.unwrap();
        let said = format!("{0}\n{0}\n", launcher.nice);
        assert_eq!(stdout(&mut child).await, said, "{launcher:?}");
    }
}
