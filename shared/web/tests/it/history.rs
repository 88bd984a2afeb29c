//! Rows in the store, as some days of building leave them.

use crate::farm::Farm;
use model::{
    Build, BuildId, BuildSetId, Change, Log, LogKind, NewBuildSet, NewChange, NewSourceStamp, Patch, Properties,
    RequestId, Results, StepId, StepUrl, Time,
};
use store::rusqlite::{Connection, Result};
use store::{
    build_requests, build_sets, builders, builds, change_sources, changes, logs, schedulers, source_stamps, steps,
    workers,
};

/// Long ago, so that nothing of it is of now.
pub const START: Time = Time(1_700_000_000_000);

/// What was made.
pub struct History {
    /// Green, with three steps.
    pub green: Build,
    /// Red, of the other builder.
    pub red: Build,
    /// Its request; the set is complete.
    pub served: RequestId,
    /// Waits.
    pub waiting: RequestId,
    pub complete_set: BuildSetId,
    pub waiting_set: BuildSetId,
    pub change: Change,
    pub try_stamp: i64,
    pub compile: StepId,
    pub log: Log,
    pub html: Log,
}

/// Fills the farm's store.
pub async fn write(farm: &Farm) -> History {
    let master = farm.master.catalog().master;
    let mut history = farm
        .store
        .write(move |c| rows(c, master))
        .await
        .expect("rows can be written");
    let text = farm.store.logs().open(history.log.clone());
    text.append('h', "make all\n").await.expect("a line");
    text.append('o', "first\nsecond \u{1b}[32mgreen\u{1b}[0m\nthird é\n")
        .await
        .expect("lines");
    text.append('e', "a warning\n").await.expect("a line");
    history.log = text.finish().await.expect("a durable log");
    let html = farm.store.logs().open(history.html.clone());
    html.append('o', "<script>alert(1)</script>\n").await.expect("a line");
    history.html = html.finish().await.expect("a durable log");
    history
}

fn rows(c: &Connection, master: model::MasterId) -> Result<History> {
    let unit = builders::by_name(c, "unit-tests")?.expect("configured").id;
    let mac = builders::by_name(c, "mac (10.15)")?.expect("configured").id;
    let worker = workers::find_or_insert(c, "linux-a")?;
    let info =
        serde_json::json!({"admin": "Build Admin\n", "host": "linux-a host\n", "access_uri": null, "version": "4.3.0"});
    workers::connect(c, worker, &info)?;
    workers::find_or_insert(c, "mac-offline")?;
    let source = change_sources::find_or_insert(c, "file:///srv/repo")?;
    change_sources::set_configured(c, &[source])?;
    schedulers::find_or_insert(c, "old")?;

    let first = changes::insert(c, &new_change("1111", "Ada <ada@example.org>"), None, START)?;
    let change = changes::insert(
        c,
        &new_change("2222", "Björn <bjorn@example.org>"),
        Some(first.id),
        later(10),
    )?;
    let (set, requests) = build_sets::insert(c, &new_set(vec![unit], vec![first.id, change.id]), later(11))?;
    let served = requests[0].id;
    let green = build(c, &[served], unit, worker, master, Results::Success)?;
    let (compile, log, html) = steps_of(c, &green)?;
    build_requests::complete(c, &[served], Results::Success, later(40))?;
    build_sets::complete(c, set.id, Results::Success, later(40))?;

    let (red_set, requests) = build_sets::insert(c, &new_set(vec![mac], vec![]), later(50))?;
    let red = build(c, &[requests[0].id], mac, worker, master, Results::Failure)?;
    build_requests::complete(c, &[requests[0].id], Results::Failure, later(60))?;
    build_sets::complete(c, red_set.id, Results::Failure, later(60))?;

    let (waiting_set, requests) = build_sets::insert(c, &new_set(vec![mac], vec![]), later(70))?;
    let try_stamp = source_stamps::find_or_insert(c, &try_stamp(), later(80))?;
    Ok(History {
        green,
        red,
        served,
        waiting: requests[0].id,
        complete_set: set.id,
        waiting_set: waiting_set.id,
        change,
        try_stamp: try_stamp.id.0,
        compile,
        log,
        html,
    })
}

fn later(seconds: i64) -> Time {
    START.plus_millis(seconds * 1000)
}

fn new_change(revision: &str, author: &str) -> NewChange {
    let mut properties = Properties::default();
    properties.set("ticket", "42", "Change");
    NewChange {
        author: author.into(),
        committer: None,
        branch: Some("main".into()),
        revision: Some(revision.into()),
        revlink: "https://code.example.org/c/1".into(),
        category: Some("manual".into()),
        comments: "Fix façade\nLonger body.".into(),
        files: vec!["src/widget.c".into(), "docs/index.rst".into()],
        when: START,
        repository: "file:///srv/repo".into(),
        project: "widget".into(),
        codebase: String::new(),
        properties,
    }
}

fn new_set(builders: Vec<model::BuilderId>, changes: Vec<model::ChangeId>) -> NewBuildSet {
    let mut properties = Properties::default();
    properties.set("scheduler", "main-push", "Scheduler");
    properties.set("options", serde_json::json!({"jobs": 8}), "Force Build Form");
    NewBuildSet {
        scheduler: "main-push".into(),
        source_stamps: vec![NewSourceStamp {
            branch: Some("main".into()),
            revision: Some("2222".into()),
            repository: "file:///srv/repo".into(),
            project: "widget".into(),
            ..NewSourceStamp::default()
        }],
        reason: "scheduler".into(),
        external_id: None,
        properties,
        builders,
        priority: 0,
        rebuilt_build: None,
        changes,
    }
}

fn try_stamp() -> NewSourceStamp {
    NewSourceStamp {
        branch: Some("main".into()),
        revision: Some("2222".into()),
        patch: Some(Patch {
            level: 1,
            subdir: String::new(),
            author: "Finn".into(),
            comment: "try".into(),
            body: b"--- a\n+++ b\n".to_vec(),
        }),
        ..NewSourceStamp::default()
    }
}

fn build(
    c: &Connection,
    requests: &[RequestId],
    builder: model::BuilderId,
    worker: model::WorkerId,
    master: model::MasterId,
    results: Results,
) -> Result<Build> {
    build_requests::claim(c, requests, master, later(12))?;
    let build = builds::insert(c, builder, requests, Some(worker), master, later(20))?;
    let mut properties = Properties::default();
    properties.set("owner", "Ada", "Build");
    properties.set("got_revision", "2222", "Git");
    builds::set_properties(c, build.id, &properties)?;
    builds::finish(c, build.id, results, "done", later(30))?;
    Ok(builds::get(c, build.id)?.expect("just made"))
}

fn steps_of(c: &Connection, build: &Build) -> Result<(StepId, Log, Log)> {
    for name in ["worker_preparation", "compile", "unit tests (fast)"] {
        let step = steps::insert(c, build.id, name)?;
        steps::start(c, step.id, later(21), Some(later(21)))?;
        steps::finish(c, step.id, Results::Success, name, false, later(25))?;
    }
    let compile = steps::by_name(c, build.id, "compile")?.expect("just made").id;
    let url = StepUrl {
        name: "artifact".into(),
        url: "https://example.org/a".into(),
    };
    steps::set_urls(c, compile, &[url])?;
    let log = logs::insert(c, compile, "stdio", LogKind::Stdio)?;
    let html = logs::insert(c, compile, "report.html", LogKind::Html)?;
    Ok((compile, log, html))
}

/// A build more, by now running.
pub async fn running(farm: &Farm) -> BuildId {
    let master = farm.master.catalog().master;
    farm.store
        .write(move |c| {
            let unit = builders::by_name(c, "unit-tests")?.expect("configured").id;
            let (_, requests) = build_sets::insert(c, &new_set(vec![unit], vec![]), later(90))?;
            build_requests::claim(c, &[requests[0].id], master, later(90))?;
            Ok(builds::insert(c, unit, &[requests[0].id], None, master, later(90))?.id)
        })
        .await
        .expect("a row can be written")
}
