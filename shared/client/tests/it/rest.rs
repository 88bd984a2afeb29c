//! Rows: of real masters, and of anything that is JSON.

use crate::rig::master::{self, builder, built, change, form};
use crate::rig::{Generation, Master, Options, Reply, Server, http};
use client::rest::force_scheduler::{FieldKind, Layout};
use client::rest::{
    Build, BuildSet, Builder, Change, ForceScheduler, Log, MasterInfo, Project, Request, Scheduler, Step, Worker,
};
use client::{Error, WorkerOrder};
use model::{Json, Results};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;

#[tokio::test]
async fn every_kind_of_field_is_known_and_sent() {
    for generation in [Generation::New, Generation::Old] {
        let Some(master) = Master::start(generation, Options::default()).await else {
            return;
        };
        let http = master.http();
        let hello = builder(&http, "hello").await;
        let everything = form(&http, hello, "everything").await;
        assert_eq!(
            (everything.label.as_str(), everything.button.as_str()),
            ("Everything", "Go on")
        );
        assert_eq!(everything.unknown(), None);
        assert_kinds(&everything);
        let inheriting = form(&http, hello, "inheriting").await;
        let inherit = inheriting
            .leaves()
            .into_iter()
            .find(|field| field.name == "inherit")
            .cloned();
        assert_eq!(inherit.expect("a field").kind, list(&[], false));

        let given = [
            ("text", "new text"),
            ("lines", "a\nb"),
            ("number", "42"),
            ("flag", "false"),
            ("one_of", "red"),
            ("some_of", "b\nc"),
            ("whom", "Ann <ann@example.org>"),
            ("fixed", "not this"),
            ("file", "content\n"),
            ("group_inner", "inside"),
            ("group_deep_down", "3"),
            ("reason", "to see"),
            ("branch", "topic"),
        ];
        let values: BTreeMap<String, String> = given.map(|(name, value)| (name.into(), value.into())).into();
        let forced = http.force(&everything, hello, &values).await.unwrap();
        let build = master::begun(&http, forced.requests[&hello]).await;
        let path = format!("builds/{build}?property=*");
        master::finished(&http, build).await;
        let build: Build = http.row(&path, "builds").await.unwrap();
        let property = |name: &str| build.properties.get(name).cloned().unwrap_or_default();
        assert_eq!(build.results, Some(Results::Success));
        assert_eq!(property("text"), "new text");
        assert_eq!(property("lines"), "a\nb");
        assert_eq!(property("number"), 42);
        assert_eq!(property("flag"), false);
        assert_eq!(property("one_of"), "red");
        assert_eq!(property("some_of"), json!(["b", "c"]));
        assert_eq!(property("whom"), "Ann <ann@example.org>");
        assert_eq!(property("fixed"), "always");
        assert_eq!(property("file"), "content\n");
        assert_eq!(property("group"), json!({"inner": "inside", "deep": {"down": 3}}));
        assert_eq!(property("branch"), "topic");
        assert_eq!(property("reason"), "to see");
    }
}

fn list(choices: &[&str], strict: bool) -> FieldKind {
    FieldKind::List {
        choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
        strict,
    }
}

fn assert_kinds(form: &ForceScheduler) {
    let kind = |name: &str| {
        let leaves = form.leaves();
        let found = leaves.iter().find(|field| field.full_name == name);
        found.unwrap_or_else(|| panic!("no field '{name}'")).kind.clone()
    };
    assert_eq!(kind("username"), FieldKind::Username { need_email: true });
    assert_eq!(kind("text"), FieldKind::Text);
    assert_eq!(kind("lines"), FieldKind::TextArea);
    assert_eq!(kind("number"), FieldKind::Int);
    assert_eq!(kind("flag"), FieldKind::Bool);
    assert_eq!(kind("one_of"), list(&["red", "green"], true));
    assert_eq!(kind("some_of"), list(&["a", "b", "c"], true));
    assert_eq!(kind("whom"), FieldKind::Username { need_email: true });
    assert_eq!(kind("fixed"), FieldKind::Fixed);
    assert_eq!(kind("file"), FieldKind::File);
    assert_eq!(kind("worker"), list(&[], false));
    assert_eq!(kind("group_deep_down"), FieldKind::Int);
    let group = form.fields.iter().find(|field| field.name == "group").expect("a group");
    assert!(
        matches!(
            group.kind,
            FieldKind::Nested {
                layout: Layout::Tabs,
                ..
            }
        ),
        "{group:?}"
    );
}

#[tokio::test]
async fn what_the_master_does_not_like_is_told_at_its_fields() {
    let Some(master) = Master::start(Generation::New, Options::default()).await else {
        return;
    };
    let http = master.http();
    let hello = builder(&http, "hello").await;
    let everything = form(&http, hello, "everything").await;
    let given = [("number", "many"), ("one_of", "blue"), ("whom", "nobody")];
    let values = given.map(|(name, value)| (name.into(), value.into())).into();
    match http.force(&everything, hello, &values).await {
        Err(Error::Refused { fields }) => {
            let names: Vec<&str> = fields.keys().map(String::as_str).collect();
            assert_eq!(names, ["number", "one_of", "whom"], "{fields:?}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn orders_are_carried_out() {
    for generation in [Generation::New, Generation::Old] {
        let Some(master) = Master::start(generation, Options::default()).await else {
            return;
        };
        let http = master.http();
        // A request that no worker takes can be taken back.
        let waiting = master::force(&http, "far away").await;
        let request = *waiting.requests.values().next().unwrap();
        let path = format!("buildrequests/{request}");
        let pending: Request = http.row(&path, "buildrequests").await.unwrap();
        assert!(pending.is_pending() && pending.results.is_none(), "{pending:?}");
        match http.set_priority(request, 5).await {
            Ok(()) => {}
            Err(Error::Failed { status: 500, text }) => assert!(text.contains("4.3.0"), "{text}"),
            Err(other) => panic!("{other:?}"),
        }
        http.cancel(request, "not needed").await.unwrap();
        let done = crate::rig::until("it is cancelled", async || {
            let found: Request = http.row(&path, "buildrequests").await.unwrap();
            found.complete.then_some(found)
        })
        .await;
        assert_eq!(done.results, Some(Results::Cancelled));

        // A running build can be ended, and asked for again.
        let forced = master::force(&http, "gate").await;
        let build = master::begun(&http, *forced.requests.values().next().unwrap()).await;
        crate::rig::until("it waits", async || {
            let steps: Vec<Step> = http
                .rows(&format!("builds/{build}/steps?limit=10"), "steps")
                .await
                .unwrap();
            steps
                .iter()
                .any(|step| step.name == "wait" && step.started_at.is_some())
                .then_some(())
        })
        .await;
        http.stop(build, "enough").await.unwrap();
        let stopped = master::finished(&http, build).await;
        assert_eq!(stopped.results, Some(Results::Cancelled));
        assert!(stopped.state_string.contains("enough"), "{}", stopped.state_string);
        master.place("go");
        let again = http.rebuild(build).await.unwrap();
        let build = master::begun(&http, *again.requests.values().next().unwrap()).await;
        assert_eq!(master::finished(&http, build).await.results, Some(Results::Success));

        // Workers and schedulers.
        let workers: Vec<Worker> = http.rows("workers?limit=10", "workers").await.unwrap();
        let local = workers.iter().find(|worker| worker.name == "local").unwrap();
        assert!(local.is_connected() && local.is_configured());
        http.order_worker(local.id, WorkerOrder::Pause, "lunch").await.unwrap();
        crate::rig::until("it is paused", async || {
            let found: Worker = http.row(&format!("workers/{}", local.id), "workers").await.unwrap();
            (found.paused && found.pause_reason.as_deref() == Some("lunch")).then_some(())
        })
        .await;
        http.order_worker(local.id, WorkerOrder::Unpause, "").await.unwrap();
        let schedulers: Vec<Scheduler> = http.rows("schedulers?limit=10", "schedulers").await.unwrap();
        let on_change = schedulers
            .iter()
            .find(|scheduler| scheduler.name == "on-change")
            .unwrap();
        assert!(on_change.enabled && on_change.master.is_some());
        http.switch_scheduler(on_change.id, false).await.unwrap();
        let path = format!("schedulers/{}", on_change.id);
        let off: Scheduler = http.row(&path, "schedulers").await.unwrap();
        assert!(!off.enabled);
    }
}

#[tokio::test]
async fn a_real_masters_rows_are_read_whole() {
    for generation in [Generation::New, Generation::Old] {
        let Some(master) = Master::start(generation, Options::default()).await else {
            return;
        };
        let http = master.http();
        change(&http, "Ann <ann@example.org>", "abc123").await;
        let build: Build = crate::rig::until("the change is built", async || {
            let builds: Vec<Build> = http.rows("builds?complete=true&limit=5", "builds").await.unwrap();
            builds.into_iter().next()
        })
        .await;
        assert!(build.request.is_some() && build.worker.is_some() && build.started_at.is_some());
        let changes: Vec<Change> = http.rows("changes?limit=5", "changes").await.unwrap();
        assert_eq!(
            (changes[0].author.as_str(), changes[0].revision.as_deref()),
            ("Ann <ann@example.org>", Some("abc123"))
        );
        assert!(changes[0].source_stamp.is_some() && changes[0].when.is_some());
        let sets: Vec<BuildSet> = http.rows("buildsets?limit=5", "buildsets").await.unwrap();
        assert_eq!(sets[0].source_stamps[0].branch.as_deref(), Some("main"));
        let steps: Vec<Step> = http
            .rows(&format!("builds/{}/steps?limit=9", build.id), "steps")
            .await
            .unwrap();
        let logs: Vec<Log> = http
            .rows(&format!("steps/{}/logs?limit=9", steps[1].id), "logs")
            .await
            .unwrap();
        assert_eq!((steps[1].name.as_str(), logs[0].slug.as_str()), ("look", "stdio"));
        let masters: Vec<MasterInfo> = http.rows("masters?limit=9", "masters").await.unwrap();
        assert!(masters[0].active);
        assert_eq!(http.unreadable(), 0);
        let capabilities = http.capabilities().await.unwrap();
        assert!(capabilities.projects && capabilities.pause_reason);
        assert_eq!(capabilities.triggered_builds, generation == Generation::New);
        assert!((http.server_time().0 - now()).abs() < 3000);
        let hello = built(&http, "hello").await;
        assert_eq!(hello.results, Some(Results::Success));
    }
}

fn now() -> i64 {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    since.as_millis() as i64
}

#[tokio::test]
async fn a_master_without_config_is_known_by_what_it_answers() {
    let old = Server::start(|_| Reply::new(404, "text/plain", r#"{"error": "Invalid path"}"#)).await;
    let capabilities = http(&old.url()).capabilities().await.unwrap();
    assert!(!capabilities.projects && capabilities.version.is_none());
    let newer = Server::start(|asked| match asked.path.as_str() {
        "/api/v2/projects?limit=1" => Reply::json(r#"{"projects":[],"meta":{"total":0}}"#),
        _ => Reply::new(404, "text/html", "no"),
    })
    .await;
    assert!(http(&newer.url()).capabilities().await.unwrap().projects);
}

/// Any JSON, not too deep.
fn anything() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "\\PC{0,12}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[a-z_]{0,8}", inner, 0..4).prop_map(|members| json!(members)),
        ]
    })
}

const FIELDS: &[&str] = &[
    "builderid",
    "name",
    "description",
    "projectid",
    "tags",
    "masterids",
    "buildid",
    "number",
    "buildrequestid",
    "workerid",
    "masterid",
    "started_at",
    "complete",
    "complete_at",
    "locks_duration_s",
    "results",
    "state_string",
    "properties",
    "buildsetid",
    "priority",
    "claimed",
    "claimed_at",
    "submitted_at",
    "waited_for",
    "bsid",
    "reason",
    "sourcestamps",
    "parent_buildid",
    "changeid",
    "author",
    "comments",
    "files",
    "when_timestamp",
    "sourcestamp",
    "parent_changeids",
    "ssid",
    "patch",
    "stepid",
    "urls",
    "hidden",
    "logid",
    "slug",
    "type",
    "num_lines",
    "workerinfo",
    "paused",
    "connected_to",
    "configured_on",
    "active",
    "last_active",
    "schedulerid",
    "enabled",
    "master",
    "builder_names",
    "all_fields",
    "fields",
    "choices",
    "fullName",
    "default",
];

fn read_all(text: &str) {
    let _ = serde_json::from_str::<Builder>(text);
    let _ = serde_json::from_str::<Build>(text);
    let _ = serde_json::from_str::<Request>(text);
    let _ = serde_json::from_str::<BuildSet>(text);
    let _ = serde_json::from_str::<Change>(text);
    let _ = serde_json::from_str::<Step>(text);
    let _ = serde_json::from_str::<Log>(text);
    let _ = serde_json::from_str::<Worker>(text);
    let _ = serde_json::from_str::<MasterInfo>(text);
    let _ = serde_json::from_str::<Scheduler>(text);
    let _ = serde_json::from_str::<Project>(text);
    let _ = serde_json::from_str::<ForceScheduler>(text);
}

proptest! {
    /// Only the ids that a row cannot do without can make it unreadable.
    #[test]
    fn anything_in_any_field_is_read(members in prop::collection::btree_map(prop::sample::select(FIELDS), anything(), 0..20)) {
        read_all(&json!(members).to_string());
        let mut members: BTreeMap<&str, Json> = members;
        for id in ["buildid", "builderid", "changeid", "stepid", "logid", "workerid", "bsid", "buildrequestid"] {
            members.insert(id, json!(7));
        }
        let text = json!(members).to_string();
        serde_json::from_str::<Build>(&text).unwrap();
        serde_json::from_str::<Request>(&text).unwrap();
        serde_json::from_str::<BuildSet>(&text).unwrap();
        serde_json::from_str::<Change>(&text).unwrap();
        serde_json::from_str::<Step>(&text).unwrap();
        serde_json::from_str::<Log>(&text).unwrap();
        serde_json::from_str::<Worker>(&text).unwrap();
        serde_json::from_str::<ForceScheduler>(&text).unwrap();
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in "[\\[\\]{}\":,a-z0-9.\\\\-]{0,200}") {
        read_all(&text);
    }
}
