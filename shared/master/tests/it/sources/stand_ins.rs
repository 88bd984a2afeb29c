//! Perforce and Monotone, which do not install here: programs that note how they were called stand in for them.

use super::get;
use crate::rig::shell;
use crate::rig::working::Working;
use model::config::{Interpolate, MonotoneSource, P4Source, Render, Source, System};
use serde_json::json;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

/// A program that notes its arguments and its standard input, then does as `script` says.
fn stand_in(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    let notes = folder.join("notes");
    let text = format!(
        "#!/bin/sh\n{{ printf '%s' \"$(basename \"$PWD\"):\"; for word; do printf ' %s' \"$word\"; done; echo; }} >> {0}\n{script}\n",
        notes.display()
    );
    std::fs::write(&path, text.replace("NOTES", &notes.display().to_string())).expect("a program");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
}

/// What was noted since the last look.
fn noted(folder: &Path) -> Vec<String> {
    let notes = folder.join("notes");
    let text = std::fs::read_to_string(&notes).unwrap_or_default();
    std::fs::write(&notes, "").expect("a file");
    text.lines().map(str::to_owned).collect()
}

async fn rig(folder: tempfile::TempDir, system: System) -> Working {
    let mut source = Source::of(system);
    let path = std::env::var("PATH").expect("a path");
    source.env = Render::Const(json!({"PATH": format!("{}:{path}", folder.path().display())}));
    source.log_environ = false;
    Working::start(folder, vec![get(source), shell("then", "true")]).await
}

#[tokio::test]
async fn perforce_is_told_the_client_and_asked_for_its_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = "case \"$*\" in *'client -i') cat >> NOTES;; *login) cat >> NOTES;; \
                  *changes*) echo 'Change 42 on 2026/11/21 by ada@c';; *sync*) echo got > file;; esac";
    stand_in(folder.path(), "p4", script);
    let client = Interpolate::parse("c_%(prop:workername)s", Vec::new(), BTreeMap::new()).expect("a template");
    let system = System::P4(Box::new(P4Source {
        p4bin: "p4".to_owned(),
        p4port: Render::Const("perforce:1666".into()),
        p4user: Render::Const("ada".into()),
        p4passwd: Render::Const("sesame".into()),
        p4base: Render::Const("//depot/project".into()),
        p4branch: Render::Const("main".into()),
        p4client: Render::Interpolate(Arc::new(client)),
        p4client_spec_options: Render::Const("allwrite rmdir".into()),
        p4line_end: "local".to_owned(),
        use_tickets: true,
        ..P4Source::default()
    }));
    let mut rig = rig(folder, system).await;
    let build = rig.build().await;
    rig.passes(&build).await;
    assert_eq!(rig.got_revision(&build).await, "42");
    let p4 = "build: -p perforce:1666 -u ada -c c_w";
    let root = rig.tree().display().to_string();
    let mut wanted = vec![
        format!("{p4} login"),
        "sesame".to_owned(),
        format!("{p4} client -i"),
        "Client: c_w".to_owned(),
        "Owner: ada".to_owned(),
        "Description:".to_owned(),
        "\tCreated for c_w".to_owned(),
        format!("Root:\t{root}"),
        "Options:\tallwrite rmdir".to_owned(),
        "LineEnd:\tlocal".to_owned(),
        "View:".to_owned(),
        "\t//depot/project/main/... //c_w/...".to_owned(),
        format!("{p4} sync -f //c_w/..."),
        format!("{p4} changes -m1 //c_w/...#have"),
    ];
    let mut said = noted(rig.folder());
    said.retain(|line| !line.is_empty());
    assert_eq!(said, wanted);
    assert!(!rig.log(&build).await.contains("sesame"));
    let build = rig.build_with(json!({"branch": "stable", "revision": "41"})).await;
    rig.passes(&build).await;
    wanted[11] = "\t//depot/project/stable/... //c_w/...".to_owned();
    wanted[12] = format!("{p4} sync //c_w/...@41");
    let mut said = noted(rig.folder());
    said.retain(|line| !line.is_empty());
    assert_eq!(said, wanted);
}

#[tokio::test]
async fn monotone_pulls_into_its_database_and_updates() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = "case \"$*\" in 'db init'*) : > ../db.mtn;; *get_base_revision_id) echo 0123abcd;; esac";
    stand_in(folder.path(), "mtn", script);
    let system = System::Monotone(MonotoneSource {
        repourl: Render::Const("mtn://host/repo".into()),
        branch: Render::Const("org.example.main".into()),
        progress: false,
    });
    let mut rig = rig(folder, system).await;
    let build = rig.build().await;
    rig.passes(&build).await;
    assert_eq!(rig.got_revision(&build).await, "0123abcd");
    let pull = "build: pull --ticker=none --db ../db.mtn mtn://host/repo?org.example.main";
    assert_eq!(
        noted(rig.folder()),
        [
            "build: db init --db ../db.mtn",
            pull,
            "build: checkout . --db ../db.mtn --branch org.example.main --revision h:org.example.main",
            "build: automate get_base_revision_id",
        ]
    );
    let build = rig.build_with(json!({"revision": "ffff"})).await;
    rig.passes(&build).await;
    assert_eq!(
        noted(rig.folder()),
        [
            pull,
            "build: update --revision ffff --branch org.example.main",
            "build: automate get_base_revision_id",
        ]
    );
}
