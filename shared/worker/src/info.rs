//! What a worker tells of itself (§2).

use crate::{Options, command, system};
use std::path::Path;
use wire::worker::{Value, WorkerInfo};

/// The version that the protocol spoken here is described as; masters compare it.
const COMMAND_VERSION: &str = "3.3";

/// A file in `info/` longer than this is not information.
const LONGEST_FILE: u64 = 64 * 1024;

/// The answer to `getWorkerInfo`.
pub(crate) fn gather(options: &Options, basedir: &Path) -> WorkerInfo {
    let mut info: WorkerInfo = files(&basedir.join("info"));
    for (name, text) in &options.info {
        info.retain(|(other, _)| other != name);
        info.push((name.clone(), text.as_str().into()));
    }
    info.extend(os_release(&system::os_release()));
    let environ = options
        .environment
        .iter()
        .map(|(name, value)| (system::variable_name(name), value.to_string_lossy().as_ref().into()));
    let commands = command::NAMES
        .iter()
        .map(|name| ((*name).to_owned(), COMMAND_VERSION.into()));
    let present = || std::thread::available_parallelism().map_or(1, |n| n.get() as i64);
    let cpus = options.numcpus.map_or_else(present, i64::from);
    let fixed: [(&str, Value); 7] = [
        ("environ", Value::Dict(environ.collect())),
        ("system", system::NAME.into()),
        ("basedir", basedir.to_string_lossy().as_ref().into()),
        ("numcpus", cpus.into()),
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("worker_commands", Value::Dict(commands.collect())),
        ("delete_leftover_dirs", options.delete_leftover_dirs.into()),
    ];
    info.extend(fixed.map(|(name, value)| (name.to_owned(), value)));
    info
}

/// Each file of the folder with its content.
fn files(folder: &Path) -> WorkerInfo {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.ok()?;
        let metadata = std::fs::metadata(entry.path()).ok()?;
        if !metadata.is_file() || metadata.len() > LONGEST_FILE {
            return None;
        }
        let content = std::fs::read(entry.path()).ok()?;
        let name = entry.file_name().to_str()?.to_owned();
        Some((name, String::from_utf8_lossy(&content).as_ref().into()))
    };
    let mut files: WorkerInfo = entries.filter_map(read).collect();
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    files
}

/// `KEY="value"` lines as `os_key`.
fn os_release(text: &str) -> WorkerInfo {
    text.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim(), value.trim().trim_matches('"')))
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| (format!("os_{}", key.to_lowercase()), value.into()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn os_release_lines_become_properties() {
        let info = os_release("# c\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n\nID=debian\nEMPTY=\nBUG=\"\"\n");
        let wanted: WorkerInfo = vec![
            ("os_pretty_name".to_owned(), "Debian GNU/Linux 12 (bookworm)".into()),
            ("os_id".to_owned(), "debian".into()),
        ];
        assert_eq!(info, wanted);
    }
}
