//! Every resource as Buildbot shows it, compared with recorded answers; and all the paths that lead to it.

use crate::farm::{Farm, config, form};
use crate::history;
use crate::shape::{assert_same, recorded, recorded_row};
use model::config::{ForceKind, SchedulerKind};
use serde_json::json;

#[tokio::test]
async fn every_resource_has_the_recorded_fields_types_and_nulls() {
    let farm = Farm::new().await;
    let made = history::write(&farm).await;
    let (green, waiting, set) = (made.green.id, made.waiting, made.waiting_set);
    let free = ["properties", "options"];
    for (path, recording) in [
        ("builders/unit-tests".to_owned(), "builders_4"),
        (format!("builds/{green}"), "builds_3"),
        (format!("buildrequests/{}", made.served), "buildrequests_3"),
        (format!("buildrequests/{waiting}"), "buildrequests_15"),
        (
            format!("buildrequests/{}?property=*", made.served),
            "buildrequests_3_property=",
        ),
        (format!("buildsets/{}", made.complete_set), "buildsets_3"),
        (format!("buildsets/{set}"), "buildsets_15"),
        (format!("changes/{}", made.change.id), "changes_3"),
        (format!("sourcestamps/{}", made.try_stamp), "try-sourcestamp-7"),
        (format!("steps/{}", made.compile), "steps_7"),
        (format!("logs/{}", made.log.id), "logs_14"),
        (
            format!("logs/{}/contents?offset=2&limit=3", made.log.id),
            "logs_4_contents_offset=2_limit=3",
        ),
        ("workers/linux-a".to_owned(), "workers_1"),
        ("workers/mac-offline".to_owned(), "workers_3"),
        ("masters/1".to_owned(), "masters_1"),
        ("schedulers/1".to_owned(), "schedulers_1"),
        ("changesources/1".to_owned(), "changesources_1"),
        ("projects/widget".to_owned(), "projects_1"),
        ("forceschedulers/force".to_owned(), "forceschedulers_force-plain"),
    ] {
        let ours = farm.rows(&path).await.remove(0);
        let mut theirs = recorded_row(recording);
        let mut ours = ours;
        // What the recording's rows happen to hold, and ours do not, or the other way round.
        match recording {
            "steps_7" => theirs["urls"] = json!([{"name": "artifact", "url": "https://example.org/a"}]),
            "workers_3" => {
                theirs["configured_on"] = json!([]);
                ours["configured_on"] = json!([]);
            }
            "forceschedulers_force-plain" => {
                ours["all_fields"].as_array_mut().expect("fields").pop();
            }
            _ => {}
        }
        println!("{path}");
        assert_same(&ours, &theirs, &free);
    }
}

#[tokio::test]
async fn the_default_form_is_the_recorded_one_to_the_letter() {
    let mut config = config();
    let scheduler = &mut config.schedulers[0];
    scheduler.name = "force-plain".into();
    scheduler.builders = vec!["package".into()];
    let mut plain = form();
    plain.fields.truncate(2);
    let SchedulerKind::Force(_) = scheduler.kind else {
        panic!("the first one is a form")
    };
    let ours = wire::rest::force_scheduler::json(scheduler, &plain, true);
    assert_eq!(ours, recorded_row("forceschedulers_force-plain"));
}

#[test]
fn each_kind_of_field_has_the_recorded_members() {
    let recorded = recorded_row("forceschedulers_force");
    let mut kinds = std::collections::BTreeMap::new();
    collect(&recorded["all_fields"], &mut kinds);
    let mut config = config();
    let scheduler = config.schedulers.remove(0);
    for (name, kind) in [
        ("text", ForceKind::Text),
        ("textarea", ForceKind::TextArea(4, 60)),
        ("int", ForceKind::Int),
        ("bool", ForceKind::Bool),
        ("username", ForceKind::Username { need_email: true }),
        ("fixed", ForceKind::Fixed),
        (
            "list",
            ForceKind::List {
                choices: vec![],
                strict: true,
            },
        ),
    ] {
        let mut one = form();
        one.fields.truncate(1);
        one.fields[0].kind = kind;
        one.fields[0].name = "x".into();
        let ours = wire::rest::force_scheduler::json(&scheduler, &one, true);
        let keys = |value: &serde_json::Value| -> std::collections::BTreeSet<String> {
            value.as_object().expect("a field").keys().cloned().collect()
        };
        assert_eq!(keys(&ours["all_fields"][0]), keys(&kinds[name]), "{name}");
    }
}

fn collect(fields: &serde_json::Value, kinds: &mut std::collections::BTreeMap<String, serde_json::Value>) {
    for field in fields.as_array().expect("fields") {
        kinds.insert(field["type"].as_str().expect("a type").to_owned(), field.clone());
        if let Some(inner) = field.get("fields") {
            collect(inner, kinds);
        }
    }
}

#[tokio::test]
async fn property_endpoints_have_the_recorded_forms() {
    let farm = Farm::new().await;
    let made = history::write(&farm).await;
    let (_, object) = farm.read(&format!("builds/{}/properties", made.green.id)).await;
    assert_eq!(
        object,
        json!({"meta": {}, "properties": [{"got_revision": ["2222", "Git"], "owner": ["Ada", "Build"]}]})
    );
    let (_, list) = farm
        .read(&format!("buildsets/{}/properties_list", made.complete_set))
        .await;
    assert_eq!(
        list,
        json!({"meta": {"total": 2}, "_properties": [
            {"name": "options", "source": "Force Build Form", "value": "{\"jobs\": 8}"},
            {"name": "scheduler", "source": "Scheduler", "value": "\"main-push\""},
        ]})
    );
    for (path, rows) in [
        ("builds/99999/properties", json!([{}])),
        ("buildsets/999/properties", json!([{}])),
    ] {
        assert_eq!(farm.rows(path).await, *rows.as_array().expect("rows"), "{path}");
    }
    let changes_own = farm.rows(&format!("changes/{}/properties_list", made.change.id)).await;
    assert_eq!(
        changes_own,
        [json!({"name": "ticket", "source": "Change", "value": "\"42\""})]
    );
}

#[tokio::test]
async fn requested_properties_are_shown_and_others_not() {
    let farm = Farm::new().await;
    let made = history::write(&farm).await;
    let build = format!("builds/{}", made.green.id);
    for (query, properties) in [
        ("", json!({})),
        ("?property=owner", json!({"owner": ["Ada", "Build"]})),
        (
            "?property=owner&property=nosuch&property=owner",
            json!({"owner": ["Ada", "Build"]}),
        ),
        (
            "?property=*",
            json!({"owner": ["Ada", "Build"], "got_revision": ["2222", "Git"]}),
        ),
    ] {
        let rows = farm.rows(&format!("{build}{query}")).await;
        assert_eq!(rows[0]["properties"], properties, "{query}");
    }
    let request = format!("buildrequests/{}", made.served);
    for (query, properties) in [
        ("", json!(null)),
        ("?property=nosuch", json!({})),
        ("?property=scheduler", json!({"scheduler": ["main-push", "Scheduler"]})),
    ] {
        let rows = farm.rows(&format!("{request}{query}")).await;
        assert_eq!(rows[0]["properties"], properties, "{query}");
    }
}

#[tokio::test]
async fn all_paths_lead_to_their_rows() {
    let farm = Farm::new().await;
    let made = history::write(&farm).await;
    let running = history::running(&farm).await;
    let (green, unit, mac) = (made.green.id, made.green.builder, made.red.builder);
    let (log, compile) = (made.log.id, made.compile);
    let worker = made.green.worker.expect("a worker");
    for (path, count) in [
        (String::new(), 13),
        ("masters".into(), 1),
        (format!("builders/{unit}/masters"), 1),
        (format!("builders/{unit}/masters/1"), 1),
        ("builders".into(), 2),
        ("masters/1/builders".into(), 2),
        ("masters/99/builders".into(), 0),
        (format!("masters/1/builders/{mac}"), 1),
        ("builders/mac%20(10.15)".into(), 1),
        ("projects".into(), 1),
        ("projects?active=true".into(), 1),
        ("projects?active=false".into(), 0),
        ("projects/1/builders".into(), 1),
        ("projects/9/builders".into(), 0),
        (format!("workers/{worker}/builders"), 2),
        ("workers/999/builders".into(), 0),
        ("builds".into(), 3),
        (format!("builders/{unit}/builds"), 2),
        ("builders/unit-tests/builds".into(), 2),
        ("builders/unit-tests/builds/1".into(), 1),
        ("builders/nosuch/builds".into(), 0),
        ("builders/999/builds".into(), 0),
        (format!("buildrequests/{}/builds", made.served), 1),
        (format!("changes/{}/builds", made.change.id), 1),
        (format!("workers/{worker}/builds?limit=2&order=-buildid"), 2),
        (format!("builds/{green}/triggered_builds"), 0),
        (format!("builds/{green}/property_list"), 2),
        (format!("builders/{unit}/builds/1/properties"), 1),
        ("buildrequests".into(), 4),
        (format!("builders/{mac}/buildrequests"), 2),
        ("builders/999/buildrequests".into(), 0),
        ("buildsets".into(), 4),
        (format!("buildsets/{}/sourcestamps", made.complete_set), 1),
        ("sourcestamps".into(), 3),
        (format!("sourcestamps/{}/changes", made.change.source_stamp.id), 1),
        ("changes".into(), 2),
        (format!("builds/{green}/changes"), 2),
        (format!("builders/{unit}/builds/1/changes"), 2),
        ("changesources".into(), 1),
        ("masters/1/changesources".into(), 1),
        ("masters/1/changesources/1".into(), 1),
        ("schedulers".into(), 3),
        ("masters/1/schedulers".into(), 2),
        ("masters/1/schedulers/1".into(), 1),
        ("forceschedulers".into(), 1),
        (format!("builders/{mac}/forceschedulers"), 1),
        ("workers".into(), 2),
        ("masters/1/workers".into(), 1),
        ("masters/1/workers/linux-a".into(), 1),
        (format!("builders/{unit}/workers"), 1),
        (format!("builders/{unit}/workers/{worker}"), 1),
        (format!("masters/1/builders/{unit}/workers"), 1),
        (format!("masters/1/builders/{unit}/workers/linux-a"), 1),
        (format!("builds/{green}/steps"), 3),
        ("builds/99999/steps".into(), 0),
        (format!("builds/{running}/steps"), 0),
        (format!("builds/{green}/steps/1"), 1),
        (format!("builds/{green}/steps/compile"), 1),
        ("builders/unit-tests/builds/1/steps/compile/logs".into(), 2),
        (format!("steps/{compile}/logs"), 2),
        ("steps/9999999/logs".into(), 0),
        (format!("steps/{compile}/logs/stdio"), 1),
        (format!("builds/{green}/steps/1/logs/report_html"), 1),
        (format!("logs/{log}/contents"), 1),
        (format!("steps/{compile}/logs/stdio/contents"), 1),
        (format!("builders/{unit}/builds/1/steps/1/logs/stdio/contents"), 1),
    ] {
        // The root is written without a slash.
        let (status, answer) = match path.as_str() {
            "" => crate::farm::body(farm.get("/api/v2").send().await.expect("an answer")).await,
            path => farm.read(path).await,
        };
        assert_eq!(status, 200, "{path}: {answer}");
        let members = answer.as_object().expect("an envelope");
        assert_eq!(members.len(), 2, "{path}: {answer}");
        let (_, rows) = members.iter().find(|(key, _)| *key != "meta").expect("rows");
        assert_eq!(rows.as_array().map(Vec::len), Some(count), "{path}: {answer}");
    }
}

#[tokio::test]
async fn what_does_not_exist_is_told_in_buildbots_form() {
    let farm = Farm::new().await;
    let made = history::write(&farm).await;
    for path in [
        "",
        "nosuch",
        "builds/abc",
        "builds//1",
        "steps",
        "logs",
        "properties",
        "buildrequests/1/properties",
    ] {
        let (status, answer) = farm.read(path).await;
        assert_eq!(
            (status, answer),
            (404, json!({"error": format!("Invalid path: {path}")})),
            "{path}"
        );
    }
    let (status, answer) = farm
        .read(&format!("builds/{}/steps/unit%20tests%20(fast)", made.green.id))
        .await;
    let text = format!("Invalid path: builds/{}/steps/unit tests (fast)", made.green.id);
    assert_eq!((status, answer), (404, json!({"error": text})));
    for path in [
        "masters/99",
        "builders/999",
        "builders/nosuch",
        "builders/",
        "builders/a%2Fb",
        "builders/1/builds/9999",
        "builders/1/builds/9999/steps",
        "builders/999/forceschedulers",
        "builds/99999",
        "buildrequests/9999",
        "buildsets/999",
        "changes/999",
        "changesources/999",
        "schedulers/999",
        "masters/1/schedulers/999",
        "forceschedulers/nosuch",
        "sourcestamps/999",
        "workers/99",
        "workers/nosuch",
        "projects/99",
        "steps/99999",
        "logs/99999",
        "logs/99999/contents",
        "logs/1/contents?limit=0",
        "logs/1/contents?offset=-1&limit=2",
        "logs/99999/raw",
        "logchunks",
        "builds/99999999999999999999999",
    ] {
        let (status, answer) = farm.read(path).await;
        assert_eq!(status, 404, "{path}: {answer}");
        let text = answer["error"].as_str().expect("a text");
        assert!(
            text.starts_with("not found while getting from endpoint for "),
            "{path}: {text}"
        );
    }
}

#[tokio::test]
async fn collections_and_items_have_the_recorded_envelopes() {
    let farm = Farm::new().await;
    history::write(&farm).await;
    let (_, all) = farm.read("builders?limit=1").await;
    assert_eq!(
        all["meta"],
        json!({"total": 2}),
        "counted before paging where it is paged in memory"
    );
    let (_, some) = farm.read("builds?limit=1").await;
    assert_eq!(
        some["meta"],
        json!({"total": 1}),
        "and after where it is paged by the store"
    );
    let (_, one) = farm.read("builders/unit-tests").await;
    assert_eq!(one["meta"], json!({}));
    let names: Vec<_> = recorded("root-noslash")["rootlinks"].as_array().expect("links").clone();
    let ours = crate::farm::body(farm.get("/api/v2").send().await.expect("an answer"))
        .await
        .1;
    let served: Vec<_> = names.into_iter().filter(|link| link["name"] != "codebases").collect();
    assert_eq!(ours["rootlinks"], json!(served));
}

#[tokio::test]
async fn changes_come_newest_first() {
    let farm = Farm::new().await;
    history::write(&farm).await;
    for (query, revisions) in [
        ("changes", vec!["2222", "1111"]),
        ("changes?limit=1", vec!["2222"]),
        ("changes?order=-changeid&limit=1", vec!["2222"]),
        ("changes?order=changeid", vec!["1111", "2222"]),
        ("changes?author__contains=ada", vec!["1111"]),
        ("changes?files__contains=docs/index.rst&limit=1", vec!["2222"]),
    ] {
        let rows = farm.rows(query).await;
        let ours: Vec<_> = rows
            .iter()
            .map(|row| row["revision"].as_str().expect("a revision"))
            .collect();
        assert_eq!(ours, revisions, "{query}");
    }
}
