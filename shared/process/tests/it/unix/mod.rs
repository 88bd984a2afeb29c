//! Commands of a shell.

mod death_of_the_starter;
mod running;
mod trees;

use process::{Child, Command, Launcher};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// This test program is its own shim: it looks at its arguments before the test harness does.
#[used]
#[unsafe(link_section = ".init_array")]
static SHIM: extern "C" fn() = {
    extern "C" fn shim() {
        if std::env::args_os()
            .nth(1)
            .is_some_and(|argument| argument == process::SHIM_ARGUMENT)
        {
            process::shim_main();
        }
    }
    shim
};

fn under_shim() -> Launcher {
    Launcher {
        shim: Some("/proc/self/exe".into()),
        ..Launcher::default()
    }
}

fn direct() -> Launcher {
    Launcher::default()
}

fn sh(script: &str, cwd: &Path) -> Command {
    Command {
        argv: vec!["/bin/sh".into(), "-c".into(), script.into()],
        env: vec![("PATH".into(), "/usr/bin:/bin".into())],
        cwd: cwd.to_owned(),
        stdin: None,
        pty: false,
    }
}

/// All of the standard output.
async fn stdout(child: &mut Child) -> String {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match child.stdout.read(&mut buffer).await.unwrap() {
            0 => return String::from_utf8(all).unwrap(),
            n => all.extend_from_slice(&buffer[..n]),
        }
    }
}

/// The processes whose numbers a script wrote, one per line, once there are so many.
async fn pids(file: &Path, count: usize) -> Vec<PathBuf> {
    let begun = Instant::now();
    loop {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if text.ends_with('\n') && text.lines().count() >= count {
            return text.lines().map(|pid| Path::new("/proc").join(pid)).collect();
        }
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "the script did not start: {text:?}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until none of the processes is alive.
async fn all_dead(processes: &[PathBuf]) {
    let begun = Instant::now();
    while let Some(alive) = processes.iter().find(|process| is_alive(process)) {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{} survived",
            alive.display()
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A zombie is dead; somebody just has not looked yet.
fn is_alive(process: &Path) -> bool {
    let stat = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
    !stat.is_empty() && !stat.rsplit_once(')').is_some_and(|(_, rest)| rest.starts_with(" Z"))
}
