//! Masters that a repository names in `.buildbot/options`, for those who have not joined them yet.

use crate::api::masters::MasterHint;
use std::path::{Path, PathBuf};
use submit::options;

/// The master that a repository's file names. The address of its pages is not in it, so the host has to do.
pub(crate) fn of_folder(folder: &Path) -> Option<MasterHint> {
    let found = options::find(folder, None).options?;
    let named = [&found.master, &found.host];
    let host = named.into_iter().find_map(|address| host(address.as_deref()?))?;
    Some(MasterHint {
        url: host,
        file: found.file.to_string_lossy().into_owned(),
    })
}

/// The masters that these folders name, each once, without those whose host is known.
pub(crate) fn of_folders(folders: &[PathBuf], is_known: impl Fn(&str) -> bool) -> Vec<MasterHint> {
    let mut hints: Vec<MasterHint> = Vec::new();
    for hint in folders.iter().filter_map(|folder| of_folder(folder)) {
        if !is_known(&hint.url) && hints.iter().all(|known| known.url != hint.url) {
            hints.push(hint);
        }
    }
    hints
}

/// The host of `host:port`.
fn host(address: &str) -> Option<String> {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    (!host.is_empty() && host.len() < 256 && host.chars().all(plain)).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(text: &str) -> Option<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("a/b");
        std::fs::create_dir_all(&inner).expect("folders");
        std::fs::create_dir(folder.path().join(".buildbot")).expect("a folder");
        std::fs::write(folder.path().join(".buildbot/options"), text).expect("a file");
        of_folder(&inner).map(|hint| hint.url)
    }

    #[test]
    fn the_host_is_taken_from_plain_assignments() {
        let table = [
            ("try_master = 'ci.example.org:8031'\n", Some("ci.example.org")),
            (
                "# try_master = 'a:1'\nmasterstatus=\"b.example.org:9\"  # old\n",
                Some("b.example.org"),
            ),
            ("try_host = 'h'\ntry_host = 'g'\n", Some("g")),
            ("try_connect = 'pb'\n", None),
            ("try_master = os.environ['M']\n", None),
            ("try_master = 'a/../b:1'\n", None),
            ("try_master = ''\n", None),
            ("try_master_x = 'a:1'", None),
            ("try_master = 'never ends", None),
        ];
        for (text, url) in table {
            assert_eq!(hint(text).as_deref(), url, "{text}");
        }
        let known = of_folders(&[PathBuf::from("/nowhere/at/all")], |_| false);
        assert_eq!(known, []);
    }
}
