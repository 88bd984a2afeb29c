//! What it costs to take the change of a git working copy: 20 edited files among 5,000, and among 500,000.

use criterion::{Criterion, criterion_group, criterion_main};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use vcs::working_copy::{Carrier, Chosen, Wanted, take};

/// Files in a folder.
const FOLDER: usize = 100;
/// Files that are edited.
const EDITED: usize = 20;

fn git(folder: &Path, arguments: &[&str], input: &str) {
    let mut child = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .spawn()
        .expect("git");
    child
        .stdin
        .take()
        .expect("input")
        .write_all(input.as_bytes())
        .expect("input");
    assert!(child.wait().expect("end").success(), "git {arguments:?}");
}

fn path(file: usize) -> String {
    format!("d{}/e{}/f{file}.txt", file / FOLDER / FOLDER, file / FOLDER)
}

/// A clone of a repository with so many files, of which some are edited.
fn repository(files: usize) -> TempDir {
    let folder = tempfile::tempdir().expect("folder");
    let mut stream = "commit refs/heads/main\ncommitter Ann <a@b> 1 +0\ndata 0\n".to_owned();
    for file in 0..files {
        let content = format!("file {file}\nline\n");
        stream += &format!("M 100644 inline {}\ndata {}\n{content}\n", path(file), content.len());
    }
    git(folder.path(), &["init", "-q", "--bare", "-b", "main", "origin.git"], "");
    git(&folder.path().join("origin.git"), &["fast-import", "--quiet"], &stream);
    git(folder.path(), &["clone", "-q", "origin.git", "work"], "");
    for edited in 0..EDITED {
        let path = folder.path().join("work").join(path(edited * files / EDITED));
        std::fs::write(path, "edited\n").expect("file");
    }
    folder
}

fn taking(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    let mut group = criterion.benchmark_group("take");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    for files in [5_000, 500_000] {
        let folder = repository(files);
        let wanted = || Wanted {
            folder: folder.path().join("work"),
            ..Wanted::default()
        };
        group.bench_function(format!("20 of {files} files"), |bencher| {
            bencher.iter(|| {
                let taken = runtime.block_on(take(wanted())).expect("a change");
                assert_eq!(taken.files.len(), EDITED);
            });
        });
        let taken = runtime.block_on(take(wanted())).expect("a change");
        group.bench_function(format!("the patch of 20 of {files} files"), |bencher| {
            bencher.iter(|| taken.diff(&Chosen::default(), Carrier::Git).expect("a patch"));
        });
    }
}

criterion_group!(benches, taking);
criterion_main!(benches);
