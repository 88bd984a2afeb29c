//! Bad input, each with its own sentence.

use super::{Team, only, remarks};
use crate::rig::PATIENCE;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use vcs::working_copy::{Carrier, Chosen, System, TakeError, Wanted, take};

#[tokio::test]
async fn an_unresolved_merge_stops() {
    let team = Team::new(&[("a", "a\n"), ("b", "b\n")]);
    team.git(&["checkout", "-q", "-b", "one"]);
    team.write("a", "one\n");
    team.commit("one");
    team.git(&["checkout", "-q", "main"]);
    team.write("a", "two\n");
    team.commit("two");
    let merge = std::process::Command::new(crate::rig::git_program())
        .args(["-c", "user.name=Ann", "-c", "user.email=a@b", "merge", "-q", "one"])
        .current_dir(&team.work)
        .output();
    assert!(!merge.expect("git").status.success(), "a conflict");
    team.write("b", "edited\n");
    let taken = team.take().await;
    let stops: Vec<_> = taken.remarks.iter().filter(|remark| remark.stops).collect();
    assert_eq!(stops.len(), 1);
    assert_eq!(stops[0].text, "a merge is not resolved in a");
    assert!(taken.files[0].conflict && !taken.files[1].conflict);
    let refused = taken.diff(&Chosen::default(), Carrier::Git).expect_err("unresolved");
    assert_eq!(
        refused.to_string(),
        "a cannot be carried: a merge is not resolved there"
    );
    assert!(
        taken.diff(&only(&taken, "b"), Carrier::Git).is_ok(),
        "what is resolved goes"
    );
    team.git(&["add", "a"]);
    let taken = team.take().await;
    assert!(remarks(&taken).contains(&"marks of a conflict (<<<<<<<) are left in a".to_owned()));
    assert!(taken.remarks.iter().all(|remark| !remark.stops));
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named() {
    let team = Team::new(&[("a", "a\n")]);
    team.write("a", "edited\n");
    let path = team.work.join("a");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o000)).expect("mode");
    if std::fs::read(&path).is_ok() {
        println!("SKIPPED: this user reads every file");
        return;
    }
    let refused = take(team.wanted()).await.expect_err("unreadable");
    assert_eq!(refused.to_string(), "a cannot be read: Permission denied (os error 13)");
}

#[tokio::test]
async fn without_a_repository_or_git_it_is_said() {
    let team = Team::new(&[]);
    let elsewhere = Wanted {
        folder: team.folder.path().to_owned(),
        ..team.wanted()
    };
    assert!(matches!(take(elsewhere).await, Err(TakeError::NoWorkingCopy(_))));
    let no_program = Wanted {
        program: Some("/nonexistent/git".into()),
        ..team.wanted()
    };
    let refused = take(no_program).await.expect_err("no git");
    assert_eq!(
        refused,
        TakeError::NoProgram {
            system: System::Git,
            program: "/nonexistent/git".into()
        }
    );
}

#[tokio::test]
async fn giving_up_ends_what_runs() {
    let team = Team::new(&[]);
    let (program, note) = (team.folder.path().join("slow-git"), team.folder.path().join("pid"));
    // Renamed when it is whole, so that it is never seen half written.
    let script = format!(
        "#!/bin/sh\necho $$ > {0}.$$\nmv {0}.$$ {0}\nexec sleep 600\n",
        note.display()
    );
    std::fs::write(&program, script).expect("program");
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("mode");
    let taking = tokio::spawn(take(Wanted {
        program: Some(program),
        ..team.wanted()
    }));
    let waited = |what: fn(&str) -> bool| {
        let note = note.clone();
        async move {
            while !what(&std::fs::read_to_string(&note).unwrap_or_default()) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    };
    tokio::time::timeout(PATIENCE, waited(|pid| !pid.is_empty()))
        .await
        .expect("started");
    taking.abort();
    let is_over = |pid: &str| !std::path::Path::new(&format!("/proc/{}", pid.trim())).exists();
    tokio::time::timeout(PATIENCE, waited(is_over)).await.expect("ended");
}
