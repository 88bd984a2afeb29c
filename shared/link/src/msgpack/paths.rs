//! Paths on the worker's machine, put together by the master (`worker-protocol-msgpack` §4.1).

use wire::worker::{Value, WorkerInfo};

/// What a worker has told of its machine.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    /// Whether paths are those of Windows.
    windows: bool,
    /// The worker's folder.
    pub(super) basedir: String,
    /// Whoever runs the worker lives here.
    home: Option<String>,
    /// Folders of no builder are to be deleted.
    pub(super) delete_leftovers: bool,
}

impl Machine {
    /// From what it tells of itself. `None` when it does not tell its folder, below which everything is.
    pub(super) fn of(info: &WorkerInfo) -> Option<Machine> {
        let told = |key: &str| info.iter().find(|(name, _)| name == key).map(|(_, value)| value);
        let windows = told("system").and_then(Value::text) == Some("nt");
        let environment = told("environ");
        let variable = |name: &str| Some(environment?.get(name)?.text()?.to_owned());
        let home = if windows {
            let parts = || Some(variable("HOMEDRIVE")? + &variable("HOMEPATH")?);
            variable("USERPROFILE").or_else(parts)
        } else {
            variable("HOME")
        };
        Some(Machine {
            windows,
            basedir: told("basedir")?.text()?.to_owned(),
            home,
            delete_leftovers: told("delete_leftover_dirs").is_some_and(Value::truth),
        })
    }

    /// A path in a folder; a whole path replaces it.
    pub(super) fn join(&self, folder: &str, path: &str) -> String {
        if self.windows {
            join_windows(folder, path)
        } else if path.starts_with('/') || folder.is_empty() {
            path.to_owned()
        } else {
            with(folder, path, '/', folder.ends_with('/'))
        }
    }

    /// A path that may begin with `~`, the home folder. Another's home folder is not known.
    pub(super) fn with_home(&self, path: &str) -> String {
        let slash = |c: char| c == '/' || (self.windows && c == '\\');
        match (path.strip_prefix('~'), &self.home) {
            (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with(slash) => {
                format!("{}{rest}", home.trim_end_matches(slash))
            }
            _ => path.to_owned(),
        }
    }

    /// The part of a path that is directly in the folder that it is relative to.
    pub(super) fn first_part<'a>(&self, path: &'a str) -> &'a str {
        let end = path.find(|c| c == '/' || (self.windows && c == '\\'));
        &path[..end.unwrap_or(path.len())]
    }
}

fn join_windows(folder: &str, path: &str) -> String {
    let is_slash = |c: char| c == '/' || c == '\\';
    let (drive, rest) = split_drive(path);
    let (our_drive, our_rest) = split_drive(folder);
    let rooted = rest.starts_with(is_slash);
    match (drive.is_empty(), rooted) {
        // `\\server\share` is a root of its own.
        (true, true) if rest[1..].starts_with(is_slash) => path.to_owned(),
        (true, true) => format!("{our_drive}{path}"),
        (false, true) => path.to_owned(),
        (false, false) if !drive.eq_ignore_ascii_case(our_drive) => path.to_owned(),
        _ if our_rest.is_empty() => format!("{our_drive}{rest}"),
        _ => with(folder, rest, '\\', folder.ends_with(is_slash)),
    }
}

/// `C:` and what follows.
fn split_drive(path: &str) -> (&str, &str) {
    let bytes = path.as_bytes();
    let has_drive = bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    path.split_at(if has_drive { 2 } else { 0 })
}

fn with(folder: &str, path: &str, slash: char, ends_so: bool) -> String {
    let mut joined = folder.to_owned();
    if !ends_so {
        joined.push(slash);
    }
    joined + path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(system: &str, environ: &[(&str, &str)]) -> Machine {
        let environ = environ.iter().map(|(k, v)| ((*k).to_owned(), (*v).into()));
        Machine::of(&vec![
            ("basedir".to_owned(), "/w".into()),
            ("system".to_owned(), system.into()),
            ("environ".to_owned(), Value::Dict(environ.collect())),
        ])
        .unwrap()
    }

    #[test]
    fn paths_are_joined_as_the_workers_system_does() {
        let posix = machine("posix", &[("HOME", "/home/jane")]);
        for (folder, path, joined) in [
            ("/w/b", "build", "/w/b/build"),
            ("/w/b/", "build", "/w/b/build"),
            ("/w/b", "/tmp/x", "/tmp/x"),
            ("/w/b", "C:\\x", "/w/b/C:\\x"),
            ("/w/b", "", "/w/b/"),
        ] {
            assert_eq!(posix.join(folder, path), joined);
        }
        let windows = machine("nt", &[]);
        for (folder, path, joined) in [
            (r"C:\w\b", "build", r"C:\w\b\build"),
            (r"C:\w\b\", "build", r"C:\w\b\build"),
            (r"C:\w\b", r"D:\x", r"D:\x"),
            (r"C:\w\b", r"\x", r"C:\x"),
            (r"C:\w\b", "/x", "C:/x"),
            (r"C:\w\b", "c:x", r"C:\w\b\x"),
            (r"C:\w\b", "D:x", "D:x"),
            (r"C:\w\b", r"\\server\share\x", r"\\server\share\x"),
            ("C:", "x", "C:x"),
        ] {
            assert_eq!(windows.join(folder, path), joined);
        }
    }

    #[test]
    fn the_home_folder_is_that_of_the_workers_environment() {
        let posix = machine("posix", &[("HOME", "/home/jane/")]);
        assert_eq!(posix.with_home("~/x"), "/home/jane/x");
        assert_eq!(posix.with_home("~"), "/home/jane");
        assert_eq!(posix.with_home("~joe/x"), "~joe/x");
        let windows = machine("nt", &[("HOMEDRIVE", "C:"), ("HOMEPATH", r"\Users\jane")]);
        assert_eq!(windows.with_home(r"~\x"), r"C:\Users\jane\x");
        assert_eq!(machine("posix", &[]).with_home("~/x"), "~/x");
    }
}
