//! Programs that hang, say too much or nothing sensible, and files that are not what they were.

use super::rig::{desk_of, file, lacks, put, refused, run, taken, wanted};
use super::standin::Standin;
use std::io::Read;
use std::path::Path;
use tempfile::TempDir;
use vcs::working_copy::{Place, System, TakeError, Wanted, take};

/// A program that tells by a pipe that it runs, and then does nothing, with a child that does nothing either.
fn hanging(folder: &Path, system: System) -> (Wanted, std::path::PathBuf) {
    let pipe = folder.join("pipe");
    run(folder, "mkfifo", &["pipe"]);
    let script = format!("exec 9>'{}'; echo runs >&9; sleep 1000 & sleep 1000", pipe.display());
    let mut wanted = wanted(folder, system);
    wanted.program = Some(Standin::script(folder, &script).program());
    (wanted, pipe)
}

/// Waits until nobody holds the pipe any more: until all that was started has ended.
async fn all_ended(mut pipe: std::fs::File) {
    let reading = tokio::task::spawn_blocking(move || {
        let mut said = String::new();
        pipe.read_to_string(&mut said).expect("the pipe's end");
        said
    });
    reading.await.expect("the pipe's end");
}

async fn opened(pipe: std::path::PathBuf) -> std::fs::File {
    let opening = tokio::task::spawn_blocking(move || std::fs::File::open(pipe).expect("the pipe"));
    opening.await.expect("the pipe")
}

#[tokio::test]
async fn a_change_that_is_not_waited_for_leaves_nothing_running() {
    for system in [System::Hg, System::Svn, System::Darcs] {
        let scratch = TempDir::new().expect("folder");
        let (wanted, pipe) = hanging(scratch.path(), system);
        let taking = tokio::spawn(take(wanted));
        // It is open at both ends once the program runs.
        let pipe = opened(pipe).await;
        taking.abort();
        all_ended(pipe).await;
    }
}

#[tokio::test]
async fn a_program_that_hangs_is_given_up_with_what_was_waited_for() {
    let scratch = TempDir::new().expect("folder");
    let (wanted, pipe) = hanging(scratch.path(), System::Svn);
    let taking = tokio::spawn(take(wanted));
    let pipe = opened(pipe).await;
    tokio::time::pause();
    let error = taking.await.expect("an answer").expect_err("it hangs");
    assert!(matches!(error, TakeError::GivenUp(_)), "{error}");
    assert!(
        error.to_string().contains("info' gave no answer within 60 s"),
        "{error}"
    );
    tokio::time::resume();
    all_ended(pipe).await;
}

#[tokio::test]
async fn answers_without_end_or_sense_are_refused() {
    let cases = [
        (System::Svn, "yes", "its answer is longer than 268435456 bytes"),
        (System::Svn, "echo '<info><entry>'", "it answered something unexpected"),
        (System::Hg, "printf 'o\\377\\377\\377\\377'", "serve failed"),
        (
            System::Hg,
            "echo 'abort: no such extension' >&2; exit 255",
            "abort: no such extension",
        ),
        (System::Mtn, "exit 1", "it gave no reason"),
        // More than a pipe holds, and more than is kept.
        (
            System::Svn,
            "yes no | head -c 1000000 >&2; exit 1",
            "program info failed: no; no; no; n",
        ),
    ];
    for (system, script, expected) in cases {
        let scratch = TempDir::new().expect("folder");
        let mut wanted = wanted(scratch.path(), system);
        wanted.program = Some(Standin::script(scratch.path(), script).program());
        let error = refused(wanted).await.to_string();
        assert!(error.contains(expected), "{script}: {error}");
    }
}

#[tokio::test]
async fn what_stays_in_the_background_is_not_waited_for() {
    let scratch = TempDir::new().expect("folder");
    run(scratch.path(), "mkfifo", &["pipe"]);
    let pipe = scratch.path().join("pipe");
    // What reads it stays as long as this is open.
    let held = std::fs::File::options().read(true).write(true).open(&pipe);
    let script = format!("cat '{}' >/dev/null & echo 'svn: E1: no' >&2; exit 1", pipe.display());
    let mut wanted = wanted(scratch.path(), System::Svn);
    wanted.program = Some(Standin::script(scratch.path(), &script).program());
    let error = refused(wanted).await.to_string();
    drop(held.expect("the pipe"));
    assert_eq!(error, "program info failed: svn: E1: no");
}

#[tokio::test]
async fn a_base_that_would_be_an_option_is_no_revision() {
    for system in System::ALL {
        let scratch = TempDir::new().expect("folder");
        let named = "--config=alias.log=!false";
        let mut wanted = wanted(scratch.path(), system);
        // Nobody is asked.
        wanted.program = Some("/nonexistent/program".into());
        wanted.base = Some(named.to_owned());
        assert_eq!(refused(wanted).await, TakeError::NoRevision(named.to_owned()));
    }
}

#[tokio::test]
async fn a_program_that_is_not_installed_is_named() {
    for system in System::ALL.into_iter().filter(|system| *system != System::Git) {
        let scratch = TempDir::new().expect("folder");
        // Of CVS something must have been checked out.
        put(
            scratch.path(),
            b"CVS/Entries",
            &file("/a/1.1/Sat Nov 21 20:26:17 2026//\n"),
        );
        let mut wanted = wanted(scratch.path(), system);
        wanted.program = Some("/nonexistent/program".into());
        let error = refused(wanted).await;
        assert!(matches!(error, TakeError::NoProgram { .. }), "{error}");
    }
}

#[tokio::test]
async fn the_change_is_that_of_the_moment_it_was_taken() {
    if lacks("hg") {
        return;
    }
    let scratch = TempDir::new().expect("folder");
    let top = desk_of(scratch.path());
    put(&top, b"a", &file("then\n"));
    let taken = taken(&top, System::Hg).await;
    put(&top, b"a", &file("now\n"));
    let hunks = taken.hunks(Place::File(0)).expect("hunks");
    let added = hunks[0].lines.last().expect("a line");
    assert_eq!(added.text, b"then");
}
