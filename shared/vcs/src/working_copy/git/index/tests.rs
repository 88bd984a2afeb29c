//! The index beside git's own word for it.

use super::super::by_hand::git;
use super::*;
use proptest::prelude::*;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A repository with files, links, long and foreign names, and flags of every kind.
fn repository(format: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("folder");
    git(folder.path(), &["init", "-q", &format!("--object-format={format}")]);
    let long = "long/".repeat(40) + &"x".repeat(200);
    let names = [
        "a",
        "b",
        "c/d",
        "c/d.e",
        "c/.gitignore",
        ".gitattributes",
        "later",
        "ä ö",
        &long,
    ];
    for name in names {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        std::fs::write(path, name).expect("file");
    }
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["rm", "-q", "--cached", "later"]);
    folder
}

fn read(folder: &TempDir, id: usize) -> (Vec<u8>, Index) {
    let bytes = std::fs::read(folder.path().join(".git/index")).expect("index");
    (bytes.clone(), Index::read(bytes, id).expect("an index that is known"))
}

/// Mode, id, stage and path of all, as `git ls-files --stage` has them.
fn listed(index: &Index) -> Vec<u8> {
    let line = |entry: usize| {
        let noted = index.entry(entry);
        let id: String = noted.id.iter().map(|byte| format!("{byte:02x}")).collect();
        let head = format!("{:o} {id} {}\t", noted.mode, noted.stage);
        [head.as_bytes(), index.path(entry), b"\0"].concat()
    };
    (0..index.len()).flat_map(line).collect()
}

#[test]
fn entries_of_every_version_are_those_that_git_lists() {
    for (format, id) in [("sha1", 20), ("sha256", 32)] {
        let folder = repository(format);
        for version in ["2", "4", "3"] {
            if version == "3" {
                git(folder.path(), &["add", "-N", "later"]);
                git(folder.path(), &["update-index", "--skip-worktree", "b"]);
                git(folder.path(), &["update-index", "--assume-unchanged", "c/d"]);
            }
            git(
                folder.path(),
                &["update-index", "--force-write-index", "--index-version", version],
            );
            let (bytes, index) = read(&folder, id);
            assert_eq!(bytes[7].to_string(), version);
            let expected = git(folder.path(), &["ls-files", "--stage", "-z"]);
            assert_eq!(listed(&index), expected, "{format}, version {version}");
            let governing: Vec<&[u8]> = index.governing().iter().map(|entry| index.path(*entry)).collect();
            assert_eq!(governing, [&b".gitattributes"[..], b"c/.gitignore"]);
        }
        let (_, index) = read(&folder, id);
        let flagged = |is: fn(&Entry<'_>) -> bool| -> Vec<&[u8]> {
            let entries = (0..index.len()).filter(|entry| is(&index.entry(*entry)));
            entries.map(|entry| index.path(entry)).collect()
        };
        assert_eq!(flagged(|entry| entry.passed_over), [&b"b"[..], b"c/d"]);
        assert_eq!(flagged(|entry| entry.intended), [b"later"]);
    }
}

#[test]
fn the_state_is_the_one_on_the_disk_and_a_part_of_the_index_is_one_that_git_reads() {
    use std::os::unix::fs::MetadataExt;
    let folder = repository("sha1");
    for version in ["2", "4"] {
        git(
            folder.path(),
            &["update-index", "--force-write-index", "--index-version", version],
        );
        let (_, index) = read(&folder, 20);
        let place = index.find(b"c/d");
        assert_eq!(place.len(), 1);
        assert_eq!(index.name(place.start, 2).map(CStr::to_bytes), Some(&b"d"[..]));
        assert!(index.find(b"c").is_empty());
        let noted = index.entry(place.start);
        let seen = std::fs::metadata(folder.path().join("c/d")).expect("metadata");
        assert_eq!(
            (
                i64::from(noted.written.0),
                i64::from(noted.written.1),
                u64::from(noted.size)
            ),
            (seen.mtime(), seen.mtime_nsec(), seen.size())
        );
        assert_eq!((noted.user, noted.group), (seen.uid(), seen.gid()));
        let part = folder.path().join("part");
        std::fs::write(&part, index.only(&[place.start, index.len() - 1])).expect("part");
        let variable = format!("GIT_INDEX_FILE={}", part.display());
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/git");
        let output = Command::new("env")
            .arg(variable)
            .arg(program)
            .args(["ls-files", "-z"])
            .current_dir(folder.path())
            .output();
        let output = output.expect("git");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.stdout, ["c/d\0", "ä ö\0"].concat().into_bytes());
    }
}

#[test]
fn the_tree_is_known_while_it_is_the_index() {
    let folder = repository("sha1");
    let tree = String::from_utf8(git(folder.path(), &["write-tree"])).expect("an id");
    for version in ["2", "4"] {
        git(
            folder.path(),
            &["update-index", "--force-write-index", "--index-version", version],
        );
        let (_, index) = read(&folder, 20);
        let noted = index.tree().expect("a tree").iter().map(|byte| format!("{byte:02x}"));
        assert_eq!(noted.collect::<String>(), tree.trim());
    }
    git(folder.path(), &["add", "later"]);
    assert_eq!(read(&folder, 20).1.tree(), None);
}

#[test]
fn what_is_not_known_is_left_to_git() {
    let folder = repository("sha1");
    let (bytes, _) = read(&folder, 20);
    let end = bytes.len() - 20;
    let with = |extension: &[u8]| Index::read([&bytes[..end], extension, &bytes[end..]].concat(), 20);
    assert!(with(b"WHAT\0\0\0\x01x").is_some());
    for extension in [&b"link\0\0\0\0"[..], b"sdir\0\0\0\0", b"WHAT\0\0\0\x02x", b"WHA"] {
        assert_eq!(with(extension), None, "{extension:?}");
    }
    let mut newer = bytes.clone();
    newer[7] = 5;
    assert_eq!(Index::read(newer, 20), None);
    // Cut anywhere: either within something, or where what may be passed over begins.
    let whole = Index::read(bytes.clone(), 20).expect("an index");
    for length in 0..bytes.len() {
        if let Some(index) = Index::read(bytes[..length].to_vec(), 20) {
            assert_eq!(index.len(), whole.len(), "cut at {length}");
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(
        version in prop::sample::select(vec!["2", "4"]),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        thread_local!(static INDEXES: [Vec<u8>; 2] = ["2", "4"].map(|version| {
            let folder = repository("sha1");
            git(folder.path(), &["update-index", "--force-write-index", "--index-version", version]);
            read(&folder, 20).0
        }));
        let mut bytes = INDEXES.with(|indexes| indexes[usize::from(version == "4")].clone());
        for (place, value) in edits {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if let Some(index) = Index::read(bytes, 20) {
            let paths: Vec<&[u8]> = (0..index.len()).map(|entry| index.path(entry)).collect();
            prop_assert!(paths.is_sorted());
            prop_assert!(paths.iter().all(|path| !path.is_empty() && !path.contains(&0)));
            for (entry, path) in paths.iter().enumerate() {
                prop_assert!(index.find(path).contains(&entry));
                index.entry(entry);
                prop_assert_eq!(index.name(entry, 0).map(CStr::to_bytes), Some(*path));
            }
            let all: Vec<usize> = (0..index.len()).collect();
            let again = Index::read(index.only(&all), 20).expect("what was written");
            prop_assert_eq!(listed(&again), listed(&index));
        }
    }
}
