//! What a command gets and what it gives.

use super::{cmd, role, spawn, stdout};
use process::{Exit, Launcher, Signal, SpawnError};

#[tokio::test]
async fn a_command_gets_its_environment_and_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = cmd("cd& echo [%X%] [%NOT_THERE%]& echo wrong 1>&2& exit 3", folder.path());
    command.env.push(("X".into(), "1 2".into()));
    let mut child = spawn(&command).await;
    let printed = stdout(&mut child).await;
    let wanted = format!("{}\r\n[1 2] [%NOT_THERE%]\r\n", folder.path().display());
    assert_eq!(printed.to_lowercase(), wanted.to_lowercase());
    let mut buffer = [0; 100];
    let length = child.stderr.as_mut().unwrap().read(&mut buffer).await.unwrap();
    assert!(buffer[..length].starts_with(b"wrong"), "{:?}", &buffer[..length]);
    assert_eq!(child.tree.exited().await, Exit::Code(3));
    assert_eq!(child.tree.exited().await, Exit::Code(3), "asked twice");
    assert!(child.tree.end().await);
}

#[tokio::test]
async fn words_arrive_as_they_were_given() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["a b", "c\"d", r"e\", "", "ü"];
    let mut child = spawn(&role("words", folder.path(), &words)).await;
    let printed = stdout(&mut child).await;
    let wanted = format!("{:?}", words);
    assert!(printed.contains(&wanted[1..]), "{printed}");
}

#[tokio::test]
async fn a_megabyte_of_input_is_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = role("count_input", folder.path(), &[]);
    command.stdin = Some(vec![b'x'; 1_000_000].into());
    let mut child = spawn(&command).await;
    let printed = stdout(&mut child).await;
    assert!(printed.contains("1000000 bytes"), "{printed}");
}

#[tokio::test]
async fn unread_input_holds_nothing_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = cmd("exit 0", folder.path());
    command.stdin = Some(vec![b'x'; 1_000_000].into());
    let mut child = spawn(&command).await;
    assert_eq!(child.tree.exited().await, Exit::Code(0));
    assert!(child.tree.end().await);
}

#[tokio::test]
async fn without_input_its_end_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = spawn(&role("count_input", folder.path(), &[])).await;
    let printed = stdout(&mut child).await;
    assert!(printed.contains("0 bytes"), "{printed}");
}

#[tokio::test]
async fn a_missing_program_and_a_missing_folder_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = cmd("", folder.path());
    command.argv = vec!["no-such-program".into()];
    let error = Launcher::default().spawn(&command).await.unwrap_err();
    assert!(matches!(error, SpawnError::Program { .. }));
    assert!(
        error.to_string().starts_with("cannot run 'no-such-program': "),
        "{error}"
    );
    let gone = folder.path().join("gone");
    let error = Launcher::default().spawn(&cmd("exit", &gone)).await.unwrap_err();
    assert!(error.to_string().contains("gone' cannot be entered"), "{error}");
}

#[tokio::test]
async fn a_batch_file_is_found_in_the_path_of_the_command() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("only-here.cmd"), "@echo found %1\r\n").unwrap();
    let mut command = cmd("", folder.path());
    command.argv = vec!["only-here".into(), "it".into()];
    command.env.retain(|(name, _)| !name.eq_ignore_ascii_case("PATH"));
    command.env.push(("Path".into(), folder.path().into()));
    let mut child = spawn(&command).await;
    assert_eq!(stdout(&mut child).await.trim(), "found it");
}

#[tokio::test]
async fn a_terminal_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = cmd("exit", folder.path());
    command.pty = true;
    let error = Launcher::default().spawn(&command).await.unwrap_err();
    assert!(error.to_string().contains("no terminals"), "{error}");
}

#[tokio::test]
async fn a_command_can_be_asked_to_end() {
    if std::env::var_os("OUTPOST_TEST_WINE").is_some() {
        println!("SKIPPED: Wine sends no Ctrl-Break to a group of processes");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut child = spawn(&role("obedient", folder.path(), &[])).await;
    let mut printed = String::new();
    let mut buffer = [0; 100];
    while !printed.contains("ready") {
        let length = child.stdout.read(&mut buffer).await.unwrap();
        assert!(length > 0, "{printed}");
        printed += std::str::from_utf8(&buffer[..length]).unwrap();
    }
    child.tree.signal(Signal::TERM);
    assert!(stdout(&mut child).await.contains("asked"));
    assert_eq!(child.tree.exited().await, Exit::Code(7));
}

#[tokio::test]
async fn a_command_steps_back_behind_the_rest_of_the_machine() {
    let folder = tempfile::tempdir().unwrap();
    for (nice, class) in [(0, "class 0x20"), (5, "class 0x4000"), (19, "class 0x40")] {
        let launcher = Launcher {
            nice,
            ..Launcher::default()
        };
        let mut child = launcher.spawn(&role("priority", folder.path(), &[])).await.unwrap();
        let printed = stdout(&mut child).await;
        assert!(printed.lines().any(|line| line == class), "{nice}: {printed}");
    }
}

#[tokio::test]
async fn signals_have_the_names_of_unix() {
    assert_eq!(Signal::named("KILL"), Some(Signal::KILL));
    for name in ["TERM", "INT", "HUP"] {
        assert_eq!(Signal::named(name), Some(Signal::TERM), "{name}");
    }
    assert_eq!(Signal::named("NONSENSE"), None);
}
