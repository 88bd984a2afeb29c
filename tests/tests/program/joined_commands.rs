//! What faces are answered about a joined master, over the socket.

use serde_json::{Value, json};
use tests::{Outpost, Release, Repository, Team};

/// A resident that follows this master as `team`.
async fn follower(team: &Team) -> Outpost {
    let outpost = Outpost::start().await;
    outpost.call("join", json!({"url": team.url(), "name": "team"})).await;
    until_it_is(&outpost, "live").await;
    outpost
}

async fn until_it_is(outpost: &Outpost, condition: &str) -> Value {
    let is_so = |overview: &Value| row(overview)["condition"] == condition;
    let overview = outpost.until(&format!("it is {condition}"), is_so).await;
    row(&overview).clone()
}

fn row(overview: &Value) -> &Value {
    let mut rows = overview["masters"].as_array().into_iter().flatten();
    rows.find(|row| row["master"] != "bundled").unwrap_or(&Value::Null)
}

fn builder<'a>(overview: &'a Value, name: &str) -> &'a Value {
    let mut rows = overview["builders"].as_array().into_iter().flatten();
    rows.find(|row| row["name"] == name).unwrap_or(&Value::Null)
}

fn names(overview: &Value) -> Vec<&str> {
    let rows = overview["builders"].as_array().into_iter().flatten();
    rows.filter_map(|row| row["name"].as_str()).collect()
}

async fn over(outpost: &Outpost, name: &str, number: i64) -> Value {
    let is_over = |overview: &Value| builder(overview, name)["last"][0]["number"] == number;
    outpost.until(&format!("{name}/{number} is over"), is_over).await
}

#[tokio::test]
async fn what_is_there_is_said_before_it_is_joined() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let outpost = Outpost::start().await;
    let url = format!("{}#/builders/2", team.url());
    let looked = outpost.call("look_at", json!({"url": url})).await;
    assert_eq!(
        [
            &looked["title"],
            &looked["name"],
            &looked["url"],
            &looked["open"],
            &looked["joined"]
        ],
        [
            &json!("Team CI"),
            &json!("team-ci"),
            &json!(team.url()),
            &json!(true),
            &Value::Null
        ]
    );
    let joined = outpost.call("join", json!({"url": url})).await;
    assert_eq!(joined["master"], "team-ci");
    let again = outpost.call("look_at", json!({"url": url})).await;
    assert_eq!(again["joined"], "team-ci");
    let (status, twice) = outpost.try_call("join", json!({"url": url, "name": "other"})).await;
    assert_eq!((status, &twice["code"]), (409, &json!("conflict")));
    assert!(
        twice["message"].as_str().is_some_and(|text| text.contains("'team-ci'")),
        "{twice}"
    );
    for bad in ["bundled", "a b", "Ä"] {
        let (_, refused) = outpost
            .try_call("rename_master", json!({"master": "team-ci", "name": bad}))
            .await;
        assert!(refused["fields"]["name"].is_string(), "{bad}: {refused}");
    }
    let (status, _) = outpost.try_call("look_at", json!({"url": "http://127.0.0.1:1/"})).await;
    assert_ne!(status, 200);
}

#[tokio::test]
async fn only_rows_that_changed_are_given() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let outpost = follower(&team).await;
    team.force("gadget").await;
    let whole = over(&outpost, "gadget", 1).await;
    assert_eq!(whole["whole"], true);
    assert!(names(&whole).len() >= 5, "{whole:#}");
    // What is read once after joining may still come in.
    let mut version = whole["version"].as_i64().expect("a version");
    team.force("widget").await;
    over(&outpost, "widget", 1).await;
    let since = outpost.call("overview", json!({"since": version})).await;
    assert_eq!(since["whole"], false);
    assert!(names(&since).contains(&"widget"), "{since:#}");
    version = since["version"].as_i64().expect("a version");
    // Who is to blame is known a little later than the build; then nothing changes any more.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        let since = outpost.call("overview", json!({"since": version})).await;
        version = since["version"].as_i64().expect("a version");
        if names(&since).is_empty() {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{since:#}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    outpost.call("mute", json!({"scope": {"about": "builder", "master": "team", "builder": team.builder("gadget").await}, "until": {"until": "forever"}})).await;
    let muted = outpost.call("overview", json!({"since": version})).await;
    assert_eq!(builder(&muted, "gadget")["muted"], true);
    outpost.call("leave", json!({"master": "team"})).await;
    let left = outpost.call("overview", json!({"since": version})).await;
    assert!(left["gone"].as_array().is_some_and(|gone| gone.len() >= 5), "{left:#}");
    let strange = outpost.call("overview", json!({"since": 1})).await;
    assert_eq!(strange["whole"], true);
}

#[tokio::test]
async fn a_build_is_followed_while_it_runs_and_kept_for_when_its_master_is_away() {
    let Some(mut team) = Team::start(Release::New).await else {
        return;
    };
    let outpost = follower(&team).await;
    team.set("gadget", "wait", true);
    team.set("gadget", "red", true);
    let form = json!({"master": "team", "builder": team.builder("gadget").await, "values": {}});
    let forced = outpost.call("force", form).await;
    assert!(forced["request"].as_i64().is_some_and(|request| request > 0));
    let running = |overview: &Value| builder(overview, "gadget")["running"][0]["mark"]["build"].is_i64();
    let overview = outpost.until("it runs", running).await;
    let build = builder(&overview, "gadget")["running"][0]["mark"]["build"].clone();
    let query = json!({"master": "team", "build": build});
    let prepared = |page: &Value| page["steps"][0]["results"] == 0 && page["steps"][1]["logs"][0]["log"].is_i64();
    let page = until_page(&outpost, &query, prepared).await;
    assert_eq!(page["mark"]["results"], Value::Null);
    team.set("gadget", "wait", false);
    over(&outpost, "gadget", 1).await;
    let page = outpost.call("build", query.clone()).await;
    assert_eq!(page["summary"], "test: main.c:3: error: broken on purpose");
    assert_eq!(page["stale"], Value::Null);
    let log = page["error"]["log"].clone();
    let lines = json!({"master": "team", "log": log, "first": page["error"]["line"], "count": 1});
    let line = outpost.call("log_lines", lines.clone()).await;
    assert_eq!(line["lines"][0], "emain.c:3: error: broken on purpose");
    for from in [i64::MIN, i64::MAX] {
        for backwards in [true, false] {
            let query = json!({
                "master": "team", "log": log, "from": from, "backwards": backwards, "text": "main.c", "case": true,
            });
            outpost.call("log_error", query.clone()).await;
            outpost.call("log_find", query).await;
        }
    }
    team.stop();
    let stale = until_it_is(&outpost, "stale").await;
    assert!(
        stale["stale_since"].is_i64() && stale["words"].as_str().is_some_and(|words| words.contains("since")),
        "{stale}"
    );
    let kept = outpost.call("build", query).await;
    assert_eq!(kept["summary"], page["summary"]);
    assert_eq!(outpost.call("log_lines", lines).await["lines"], line["lines"]);
    let rows = outpost.overview().await;
    assert!(builder(&rows, "gadget")["stale"].is_i64());
    let (_, refused) = outpost
        .try_call("stop", json!({"master": "team", "build": build, "reason": ""}))
        .await;
    assert_eq!(refused["code"], "unavailable");
}

/// Asks for a build's page until it is as wanted, whenever something is told.
async fn until_page(outpost: &Outpost, query: &Value, wanted: impl Fn(&Value) -> bool) -> Value {
    let mut page = outpost.call("build", query.clone()).await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !wanted(&page) {
        assert!(std::time::Instant::now() < deadline, "{page:#}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        page = outpost.call("build", query.clone()).await;
    }
    page
}

#[tokio::test]
async fn changes_of_all_masters_come_in_pages() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let outpost = follower(&team).await;
    for number in 0..60 {
        team.commit("Bob <bob@example.org>", &format!("change {number}")).await;
    }
    let repository = Repository::project(&outpost, "here", "#!/bin/sh\ntrue\n");
    outpost.built("here", 1).await;
    repository.write("here.txt", "one");
    repository.commit("A change of here");
    outpost.built("here", 2).await;
    let mut seen: Vec<String> = Vec::new();
    let mut before = Value::Null;
    for _ in 0..10 {
        let page = outpost.call("changes", json!({"before": before, "mine": false})).await;
        let rows = page["changes"].as_array().expect("changes");
        assert!(rows.len() <= 50);
        seen.extend(rows.iter().map(|row| format!("{}/{}", row["master"], row["change"])));
        before = page["next"].clone();
        if before.is_null() {
            break;
        }
    }
    let team_changes = seen.iter().filter(|row| row.starts_with("\"team\"")).count();
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((team_changes, seen.len()), (60, count));
    assert!(count > 60, "those of this program's own master too");
    let only = outpost.call("changes", json!({"master": "team", "mine": false})).await;
    let rows = only["changes"].as_array().expect("changes");
    assert!(rows.len() == 50 && rows.iter().all(|row| row["master"] == "team"));
}

#[tokio::test]
async fn another_name_and_a_restart_keep_what_is_followed() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let mut outpost = follower(&team).await;
    team.force("gadget").await;
    over(&outpost, "gadget", 1).await;
    let renamed = outpost
        .call("rename_master", json!({"master": "team", "name": "crew"}))
        .await;
    assert_eq!(renamed["master"], "crew");
    let (status, _) = outpost.try_call("reconnect", json!({"master": "team"})).await;
    assert_eq!(status, 404);
    until_it_is(&outpost, "live").await;
    outpost.quit();
    outpost.run(&["--no-tray"]).await;
    let row = until_it_is(&outpost, "live").await;
    assert_eq!((&row["master"], &row["title"]), (&json!("crew"), &json!("Team CI")));
    let overview = over(&outpost, "gadget", 1).await;
    assert_eq!(builder(&overview, "gadget")["master"], "crew");
    outpost.call("leave", json!({"master": "crew"})).await;
    let masters = outpost.call("masters", json!({})).await;
    assert_eq!(masters["masters"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn workers_and_schedulers_of_a_team_are_listed_and_told() {
    let Some(team) = Team::start(Release::New).await else {
        return;
    };
    let outpost = follower(&team).await;
    let workers = outpost.call("workers", json!({})).await;
    let mut rows = workers["workers"].as_array().into_iter().flatten();
    let worker = rows.find(|row| row["master"] == "team").expect("a worker").clone();
    assert_eq!(
        (&worker["name"], &worker["condition"]),
        (&json!("local"), &json!("idle"))
    );
    let of = |verb: &str| json!({"master": "team", "worker": worker["worker"], "verb": verb, "reason": "tests"});
    outpost.call("order_worker", of("pause")).await;
    let paused = |overview: &Value| {
        let mut rows = overview["workers"].as_array().into_iter().flatten();
        rows.any(|row| row["master"] == "team" && row["paused"] == true)
    };
    outpost.until("it is paused", paused).await;
    let page = outpost
        .call("worker", json!({"master": "team", "worker": worker["worker"]}))
        .await;
    assert_eq!(page["row"]["condition"], "paused");
    let (_, refused) = outpost.try_call("order_worker", of("stay")).await;
    assert_eq!(refused["code"], "invalid");
    let schedulers = outpost.call("schedulers", json!({"master": "team"})).await;
    let mut rows = schedulers["schedulers"].as_array().into_iter().flatten();
    let push = rows.find(|row| row["name"] == "push").expect("a scheduler")["scheduler"].clone();
    outpost
        .call(
            "switch_scheduler",
            json!({"master": "team", "scheduler": push, "enabled": false}),
        )
        .await;
    let schedulers = outpost.call("schedulers", json!({"master": "team"})).await;
    let mut rows = schedulers["schedulers"].as_array().into_iter().flatten();
    assert_eq!(rows.find(|row| row["scheduler"] == push).expect("it")["enabled"], false);
}

#[tokio::test]
async fn a_master_that_nobody_joined_is_said_to_be_unknown() {
    let outpost = Outpost::start().await;
    for (command, input) in [
        ("builder", json!({"master": "nobody", "builder": 1, "before": null})),
        ("build", json!({"master": "nobody", "build": 1})),
        (
            "log_lines",
            json!({"master": "nobody", "log": 1, "first": 0, "count": 1}),
        ),
        ("changes", json!({"master": "nobody", "mine": false})),
        ("force_form", json!({"master": "nobody", "builder": 1})),
        ("leave", json!({"master": "nobody"})),
        ("worker", json!({"master": "nobody", "worker": 1})),
    ] {
        let (status, refused) = outpost.try_call(command, input).await;
        assert_eq!(
            (status, &refused["code"]),
            (404, &json!("not_found")),
            "{command}: {refused}"
        );
        assert!(
            refused["message"]
                .as_str()
                .is_some_and(|text| text.contains("'nobody'")),
            "{refused}"
        );
    }
}
