//! What a process does, as Linux tells it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often each thread of a process had gone to sleep and was woken, by id and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WakeUps(BTreeMap<String, u64>);

impl WakeUps {
    /// What came after `before`, thread by thread.
    pub fn since(&self, before: &WakeUps) -> BTreeMap<String, u64> {
        let woken = |(thread, count): (&String, &u64)| {
            let count = count - before.0.get(thread).copied().unwrap_or(0);
            (count > 0).then(|| (thread.clone(), count))
        };
        self.0.iter().filter_map(woken).collect()
    }
}

/// How often the threads of process `pid` were woken so far.
pub fn wake_ups(pid: u32) -> WakeUps {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("a process");
    let of_thread = |task: PathBuf| {
        let status = std::fs::read_to_string(task.join("status")).ok()?;
        let field = |name: &str| {
            Some(
                status
                    .lines()
                    .find_map(|line| line.strip_prefix(name))?
                    .trim()
                    .to_owned(),
            )
        };
        let thread = format!("{} {}", task.file_name()?.to_string_lossy(), field("Name:")?);
        Some((thread, field("voluntary_ctxt_switches:")?.parse().ok()?))
    };
    WakeUps(tasks.flatten().filter_map(|task| of_thread(task.path())).collect())
}

/// The most memory that a process has had, in bytes.
pub fn most_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .expect("its memory");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
}

/// Processes that run in a folder or below it, once what is being ended had a moment to end.
pub fn survivors(folder: &Path) -> Vec<String> {
    let mut alive = Vec::new();
    for _ in 0..200 {
        let processes = std::fs::read_dir("/proc")
            .expect("/proc")
            .flatten()
            .map(|entry| entry.path());
        alive = processes
            .filter(|process| std::fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder)))
            .map(|process| {
                std::fs::read_to_string(process.join("cmdline"))
                    .unwrap_or_default()
                    .replace('\0', " ")
            })
            .collect();
        if alive.is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    alive
}
