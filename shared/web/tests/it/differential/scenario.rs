//! What is done, in phases: success, failure, retry, stop, collapse and cancel, rebuild, a change, switches, errors.

use super::recorder::{Phase, Recorder};
use serde_json::{Value, json};

/// A master to play with.
pub trait Peer {
    /// Its address, without a slash at the end.
    fn base(&self) -> &str;

    /// Tells it of a change.
    async fn add_change(&self, change: PeerChange);
}

/// A change of file `a.c`.
pub struct PeerChange {
    pub author: &'static str,
    pub branch: &'static str,
    pub revision: &'static str,
    pub comments: &'static str,
}

/// Plays all phases.
pub async fn play<P: Peer>(peer: &P) -> Vec<Phase> {
    let mut to = Recorder::new(peer).await;
    start(&mut to).await;
    one_build(
        &mut to,
        "success",
        "green",
        json!({"username": "Ada <ada@example.org>", "branch": "main"}),
    )
    .await;
    one_build(
        &mut to,
        "failure",
        "red",
        json!({"reason": "see it fail", "priority": "3"}),
    )
    .await;
    one_build(&mut to, "retry", "flaky", json!({})).await;
    stop(&mut to).await;
    collapse_and_cancel(&mut to).await;
    rebuild(&mut to).await;
    changes(&mut to, peer).await;
    switches(&mut to).await;
    errors(&mut to).await;
    to.finish()
}

async fn start<P: Peer>(to: &mut Recorder<'_, P>) {
    to.phase("start");
    for path in [
        "",
        "masters",
        "masters/1",
        "builders",
        "builders/green",
        "builders/{green}/masters",
        "builders/{green}/workers",
        "builders/{slow}/forceschedulers",
        "masters/1/builders",
        "workers",
        "workers/local",
        "workers/1/builders",
        "schedulers",
        "schedulers/{main}",
        "forceschedulers",
        "forceschedulers/force",
        "changesources",
        "projects",
        "builds",
        "buildrequests",
        "buildsets",
        "changes",
        "sourcestamps",
    ] {
        to.read(path).await;
    }
}

/// Forces the builder and waits until its set is complete.
async fn one_build<P: Peer>(to: &mut Recorder<'_, P>, phase: &str, builder: &str, mut params: Value) {
    to.phase(phase);
    params["builderid"] = to.builder(builder).into();
    let set = force(to, params).await;
    to.until("buildsets/*/complete", |body| body["bsid"] == set).await;
    reads(to).await;
}

async fn force<P: Peer>(to: &mut Recorder<'_, P>, params: Value) -> Value {
    let answer = to.order("forceschedulers/force", "force", params).await;
    answer["result"][0].clone()
}

/// Forces the builder that takes long and waits until its command runs; the set and the build.
async fn force_slow<P: Peer>(to: &mut Recorder<'_, P>, reason: &str) -> (Value, Value) {
    let set = force(to, json!({"builderid": to.builder("slow"), "reason": reason})).await;
    let step = to
        .until("builds/*/steps/*/started", |body| body["name"] == "wait")
        .await;
    // A second after its start a step that still runs says so.
    to.until("builds/*/steps/*/updated", |body| {
        body["stepid"] == step["stepid"] && body["state_string"] == "running"
    })
    .await;
    (set, step["buildid"].clone())
}

async fn stop<P: Peer>(to: &mut Recorder<'_, P>) {
    to.phase("stop");
    let (set, build) = force_slow(to, "to be stopped").await;
    to.read("builds?complete=false").await;
    to.order(&format!("builds/{build}"), "stop", json!({"reason": "enough"}))
        .await;
    to.until("buildsets/*/complete", |body| body["bsid"] == set).await;
    to.order(&format!("builds/{build}"), "stop", json!({})).await;
    reads(to).await;
}

async fn collapse_and_cancel<P: Peer>(to: &mut Recorder<'_, P>) {
    to.phase("collapse");
    let (running, build) = force_slow(to, "first").await;
    let second = force(to, json!({"builderid": to.builder("slow"), "reason": "second"})).await;
    to.until("buildrequests/*/new", |body| body["buildsetid"] == second)
        .await;
    let third = force(to, json!({"builderid": to.builder("slow"), "reason": "third"})).await;
    to.until("buildsets/*/complete", |body| body["bsid"] == second).await;
    to.seen_or_until("buildrequests/*/new", |body| body["buildsetid"] == third)
        .await;
    to.settle().await;
    to.read("buildrequests?complete=false&claimed=false").await;
    to.read("buildrequests").await;
    to.phase("cancel");
    let request = to.read(&format!("buildrequests?buildsetid={third}")).await;
    let request = request["buildrequests"][0]["buildrequestid"].clone();
    to.order(
        &format!("buildrequests/{request}"),
        "cancel",
        json!({"reason": "not needed"}),
    )
    .await;
    to.until("buildrequests/*/cancel", Value::is_null).await;
    to.phase("cancel the running one");
    let request = to.read(&format!("buildrequests?buildsetid={running}")).await;
    let request = request["buildrequests"][0]["buildrequestid"].clone();
    to.order(&format!("buildrequests/{request}"), "cancel", json!({})).await;
    to.until("buildsets/*/complete", |body| body["bsid"] == running).await;
    to.read(&format!("builds/{build}")).await;
    reads(to).await;
}

async fn rebuild<P: Peer>(to: &mut Recorder<'_, P>) {
    to.phase("rebuild");
    let answer = to.order("builds/1", "rebuild", json!({})).await;
    let set = answer["result"][0].clone();
    to.until("buildsets/*/complete", |body| body["bsid"] == set).await;
    to.read("buildsets?rebuilt_buildid=1&limit=1&order=-bsid").await;
    reads(to).await;
}

async fn changes<P: Peer>(to: &mut Recorder<'_, P>, peer: &P) {
    to.phase("change");
    let change = |branch, revision| PeerChange {
        author: "Björn <bjorn@example.org>",
        branch,
        revision,
        comments: "Fix façade",
    };
    peer.add_change(change("main", "1111")).await;
    to.until("buildsets/*/complete", |_| true).await;
    to.phase("change elsewhere");
    peer.add_change(change("elsewhere", "2222")).await;
    to.until("changes/*/new", |body| body["revision"] == "2222").await;
    for path in [
        "changes/1",
        "changes/2",
        "changes/1/builds",
        "sourcestamps/1/changes",
        "builders/{green}/builds/3/changes",
    ] {
        to.read(path).await;
    }
    reads(to).await;
}

async fn switches<P: Peer>(to: &mut Recorder<'_, P>) {
    to.phase("switches");
    for enabled in [false, true] {
        to.order("schedulers/{main}", "enable", json!({"enabled": enabled}))
            .await;
        to.until("schedulers/*/updated", |body| body["enabled"] == enabled)
            .await;
    }
    to.order("workers/1", "pause", json!({"reason": "maintenance"})).await;
    to.until("workers/*/state_updated", |body| body["paused"] == true).await;
    to.read("workers?paused=true").await;
    to.order("workers/local", "unpause", json!({"reason": "done"})).await;
    to.until("workers/*/state_updated", |body| body["paused"] == false)
        .await;
    to.order("workers/local", "pause", json!({})).await;
    to.until("workers/*/state_updated", |body| body["paused"] == true).await;
    to.order("workers/local", "unpause", json!({})).await;
    to.until("workers/*/state_updated", |body| body["paused"] == false)
        .await;
    to.read("workers/local").await;
}

/// Whole tables, and every step and log with its lines.
async fn reads<P: Peer>(to: &mut Recorder<'_, P>) {
    to.settle().await;
    for path in [
        "buildrequests?property=*",
        "buildsets",
        "changes",
        "sourcestamps",
        "builders",
        "workers",
    ] {
        to.read(path).await;
    }
    let builds = to.read("builds?property=*").await;
    let newest = builds["builds"].as_array().expect("builds").last().expect("a build")["buildid"].clone();
    for path in ["properties", "property_list", "changes"] {
        to.read(&format!("builds/{newest}/{path}")).await;
    }
    let steps = to.read(&format!("builds/{newest}/steps")).await;
    for step in steps["steps"].as_array().expect("steps") {
        let logs = to.read(&format!("steps/{}/logs", step["stepid"])).await;
        for log in logs["logs"].as_array().expect("logs") {
            to.read(&format!("logs/{}/contents", log["logid"])).await;
        }
    }
}

/// What is asked or ordered wrongly, and questions of the query language.
async fn errors<P: Peer>(to: &mut Recorder<'_, P>) {
    to.phase("errors");
    for path in [
        "nosuch",
        "builds/abc",
        "builds//1",
        "builds/99999",
        "builds/99999/steps",
        "builds/99999/properties",
        "builders/nosuch",
        "builders/nosuch/builds",
        "builders/{green}/builds/9999",
        "builders/{green}/builds/9999/steps",
        "buildsets/999/properties",
        "steps/9999999/logs",
        "steps",
        "logs/1/contents?limit=0",
        "logs/1/contents?offset=999999&limit=10",
        "builds?limit=x",
        "builds?offset=",
        "builds?order=nosuch",
        "builds?field=nosuch",
        "builds?nosuch=1",
        "builds?nosuch__eq=1&limit=1",
        "builds?buildid=abc",
        "builds?complete=maybe",
        "builds?results=null",
        "builds?results__eq=",
        "builds?field=buildid&order=number",
        "builds?field=buildid&number=1",
        "builds/1?complete=true",
        "builds/1?field=buildid&limit=1",
        "builds?results__ne=0&field=buildid&field=results",
        "builds?results__lt=2&results__lt=3&limit=2&field=buildid&field=results",
        "builds?results__notin=0&results__notin=6&field=results&field=buildid",
        "builds?state_string__contains=success&field=buildid&field=state_string",
        "builds?order=-results&order=-buildid&field=buildid&field=results",
        "builds?limit=2&limit=1&order=-buildid&field=buildid",
        "builders?tags__contains=fast&tags__contains=bad&field=name&field=tags&order=name",
        "builders?tags=fast",
        "builders?order=-name&limit=2&offset=1&field=name",
        "builds/1/steps?results__ne=3&field=name&field=results",
        "buildrequests?results=3&field=buildrequestid&field=results",
        "schedulers?name__contains=a&field=name",
    ] {
        to.read(path).await;
    }
    for (path, method, params) in [
        ("builds/99999", "stop", json!({})),
        ("builds/99999", "rebuild", json!({})),
        ("builds/1", "nosuch", json!({})),
        ("buildrequests/99999", "cancel", json!({})),
        ("buildrequests/1", "nosuch", json!({})),
        ("buildrequests", "cancel", json!({})),
        ("schedulers/{main}", "enable", json!({})),
        ("schedulers/{main}", "nosuch", json!({})),
        ("schedulers/999", "enable", json!({"enabled": true})),
        ("forceschedulers/nosuch", "force", json!({})),
        ("forceschedulers/force", "nosuch", json!({})),
        ("forceschedulers/force", "force", json!({"builderid": 99999})),
        ("forceschedulers/force", "force", json!({"builderNames": ["nosuch"]})),
        (
            "forceschedulers/force",
            "force",
            json!({"builderid": to.builder("green"), "username": "no mail", "priority": "abc"}),
        ),
        ("workers/999", "stop", json!({})),
        ("workers/1", "nosuch", json!({})),
        ("masters/1", "nosuch", json!({})),
        ("nosuch", "x", json!({})),
    ] {
        to.order(path, method, params).await;
    }
    for text in [
        "{bad",
        "[]",
        "3",
        r#"{"jsonrpc":"1.0","method":"x","id":1,"params":{}}"#,
        r#"{"jsonrpc":"2.0","method":"x","params":{}}"#,
        r#"{"jsonrpc":"2.0","method":3,"id":1,"params":{}}"#,
        r#"{"jsonrpc":"2.0","method":"x","id":1,"params":[]}"#,
    ] {
        to.post("builders", text).await;
    }
    to.settle().await;
}
