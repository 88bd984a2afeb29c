//! The shell, the shim and the processes of Unix.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use worker::Options;

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

/// What every worker of the tests gets.
pub fn prepare(options: &mut Options) {
    options.shim = Some("/proc/self/exe".into());
    options.environment = [("PATH", "/usr/bin:/bin"), ("HOME", "/srv/bb/home"), ("LANG", "C.UTF-8")]
        .map(|(name, value)| (name.into(), value.into()))
        .to_vec();
}

/// The processes whose numbers a script wrote, one per line, once there are so many.
pub async fn pids(file: &Path, count: usize) -> Vec<PathBuf> {
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
pub async fn all_dead(processes: &[PathBuf]) {
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
pub fn is_alive(process: &Path) -> bool {
    let stat = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
    !stat.is_empty() && !stat.rsplit_once(')').is_some_and(|(_, rest)| rest.starts_with(" Z"))
}
