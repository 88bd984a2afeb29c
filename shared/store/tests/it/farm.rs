//! A store in a temporary folder, and rows to put into it.

use model::{
    BuilderId, ChangeId, Json, MasterId, NewBuildSet, NewChange, NewSourceStamp, Properties, RequestId, Time, WorkerId,
};
use store::rusqlite::{Connection, Result};
use store::{Store, build_sets, builders, builds, masters, steps, workers};
use tempfile::TempDir;

/// A store whose folder goes away with it.
pub struct Farm {
    pub store: Store,
    pub folder: TempDir,
}

impl Farm {
    pub fn new() -> Farm {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("outpost.db")).unwrap();
        Farm { store, folder }
    }

    /// Closes and opens the database again.
    pub async fn reopened(self) -> Farm {
        self.store.close().await;
        let store = Store::open(&self.folder.path().join("outpost.db")).unwrap();
        Farm {
            store,
            folder: self.folder,
        }
    }
}

/// A change of everything filled in.
pub fn change(revision: &str) -> NewChange {
    let mut properties = Properties::default();
    properties.set("ticket", 7, "Change");
    NewChange {
        author: "Ann Ödegård <ann@example.org>".into(),
        committer: Some("Bob <bob@example.org>".into()),
        branch: Some("main".into()),
        revision: Some(revision.into()),
        revlink: "https://example.org/r".into(),
        category: Some("fix".into()),
        comments: "first line\n\nbody ' \" \u{1f600}".into(),
        files: vec!["a.c".into(), "dir/b c.h".into()],
        when: Time(1_700_000_000_123),
        repository: "/srv/x".into(),
        project: "x".into(),
        codebase: String::new(),
        properties,
    }
}

pub fn stamp(revision: &str) -> NewSourceStamp {
    NewSourceStamp {
        revision: Some(revision.into()),
        repository: "/srv/x".into(),
        ..Default::default()
    }
}

pub fn set(builders: &[BuilderId], changes: &[ChangeId]) -> NewBuildSet {
    let mut properties = Properties::default();
    properties.set("reason", "because", "Scheduler");
    properties.set("list", Json::from(vec![1, 2]), "Scheduler");
    NewBuildSet {
        scheduler: "all".into(),
        source_stamps: vec![stamp("r1")],
        reason: "a change".into(),
        external_id: Some("try-1".into()),
        properties,
        builders: builders.to_vec(),
        priority: 3,
        rebuilt_build: None,
        changes: changes.to_vec(),
    }
}

/// What a build needs: a master, a worker, a builder, and a request.
pub struct Ground {
    pub master: MasterId,
    pub worker: WorkerId,
    pub builder: BuilderId,
    pub request: RequestId,
}

pub fn ground(c: &Connection) -> Result<Ground> {
    let master = masters::find_or_insert(c, "host:/base", Time(1))?;
    let worker = workers::find_or_insert(c, "local")?;
    let builder = builders::find_or_insert(c, "tests")?;
    let (_, requests) = build_sets::insert(c, &set(&[builder], &[]), Time(1000))?;
    Ok(Ground {
        master,
        worker,
        builder,
        request: requests[0].id,
    })
}

/// A step of a running build.
pub fn a_step(c: &Connection) -> Result<model::Step> {
    let g = ground(c)?;
    let build = builds::insert(c, g.builder, &[g.request], Some(g.worker), g.master, Time(2000))?;
    steps::insert(c, build.id, "shell")
}
