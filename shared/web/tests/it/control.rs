//! Orders by JSON-RPC.

use crate::farm::{Farm, body};
use crate::history;
use crate::shape::recorded;
use serde_json::{Value, json};

#[tokio::test]
async fn a_form_is_checked_and_makes_a_build_set() {
    let farm = Farm::new().await;
    let params =
        json!({"builderid": 1, "username": "Ada <ada@example.org>", "reason": "try it", "branch": "main", "extra": 1});
    let (status, answer) = farm.order("forceschedulers/force", "force", params).await;
    assert_eq!(
        (status, answer),
        (200, json!({"id": 7, "jsonrpc": "2.0", "result": [1, {"1": 1}]}))
    );
    let set = farm.rows("buildsets/1").await.remove(0);
    assert_eq!(set["reason"], "A build was forced by 'Ada <ada@example.org>': try it");
    assert_eq!(set["sourcestamps"][0]["branch"], "main");
    assert_eq!(
        farm.rows("buildrequests/1").await[0]["claimed"],
        false,
        "no worker is attached"
    );

    let (_, both) = farm
        .order(
            "forceschedulers/force",
            "force",
            json!({"builderNames": ["unit-tests", "mac (10.15)"]}),
        )
        .await;
    assert_eq!(both["result"][1].as_object().map(serde_json::Map::len), Some(2));
    let (_, text) = farm
        .order("forceschedulers/force", "force", json!({"builderid": "2"}))
        .await;
    assert_eq!(
        text["result"][1]
            .as_object()
            .expect("requests")
            .keys()
            .next()
            .map(String::as_str),
        Some("2")
    );
}

#[tokio::test]
async fn all_that_is_wrong_with_a_form_is_told_by_field() {
    let farm = Farm::new().await;
    let params = json!({"builderid": 1, "username": "no mail", "mode": "nope", "priority": "abc"});
    let (status, answer) = farm.order("forceschedulers/force", "force", params).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(-32602)));
    let message = answer["error"]["message"].as_object().expect("an object of texts");
    let fields: Vec<&str> = message.keys().map(String::as_str).collect();
    assert_eq!(fields, ["mode", "priority", "username"]);
    assert_eq!(
        message["mode"],
        "'nope' does not belong to list of available choices '['success', 'failure']'"
    );
    assert_eq!(farm.rows("buildsets").await, Vec::<Value>::new());
}

#[tokio::test]
async fn orders_about_what_is_unknown() {
    let farm = Farm::new().await;
    let made = history::write(&farm).await;
    let null = |status: u16| (status, Value::Null);
    let green = format!("builds/{}", made.green.id);
    for (path, method, params, (status, code)) in [
        (green.as_str(), "stop", json!({"reason": "done already"}), null(200)),
        ("builds/99999", "stop", json!({}), null(200)),
        ("builders/1/builds/9999", "stop", json!({}), null(200)),
        ("buildrequests/99999", "cancel", json!({"reason": "x"}), null(200)),
        ("buildrequests/99999", "set_priority", json!({"priority": 1}), null(200)),
        ("schedulers/999", "enable", json!({"enabled": true}), null(200)),
        ("schedulers/1", "nosuch", json!({}), null(200)),
        ("forceschedulers/force", "nosuch", json!({}), null(200)),
        (green.as_str(), "nosuch", json!({}), (501, json!(-32601))),
        ("buildrequests/1", "nosuch", json!({}), (501, json!(-32601))),
        ("buildrequests", "cancel", json!({}), (501, json!(-32601))),
        ("workers/1", "nosuch", json!({}), (501, json!(-32601))),
        ("masters/1", "nosuch", json!({}), (501, json!(-32601))),
        ("changes/1", "nosuch", json!({}), (501, json!(-32601))),
        ("builders", "x", json!({}), (501, json!(-32601))),
        ("nosuch", "x", json!({}), (404, json!(-32600))),
        ("builds/99999", "rebuild", json!({}), (404, json!(-32600))),
        ("builders/1/builds/9999", "rebuild", json!({}), (404, json!(-32600))),
        ("workers/999", "stop", json!({}), (404, json!(-32600))),
        ("workers/nosuch", "pause", json!({}), (404, json!(-32600))),
        ("forceschedulers/nosuch", "force", json!({}), (404, json!(-32600))),
        ("forceschedulers/main-push", "force", json!({}), (404, json!(-32600))),
        (
            "forceschedulers/force",
            "force",
            json!({"builderid": 99999}),
            (404, json!(-32600)),
        ),
        (
            "forceschedulers/force",
            "force",
            json!({"builderNames": ["nosuch"]}),
            (400, json!(-32602)),
        ),
        ("schedulers/1", "enable", json!({}), (400, json!(-32602))),
    ] {
        let (ours, answer) = farm.order(path, method, params.clone()).await;
        let code_of = answer.get("error").map_or(Value::Null, |error| error["code"].clone());
        assert_eq!((ours, code_of), (status, code), "{method} {params} at {path}: {answer}");
        assert_eq!(answer["id"], 7, "{path}");
        if status == 501 {
            assert_eq!(answer["error"]["message"], format!("action: {method} is not supported"));
        }
    }
}

#[tokio::test]
async fn a_rebuild_repeats_the_build() {
    let farm = Farm::new().await;
    let made = history::write(&farm).await;
    let (status, answer) = farm.order("builders/unit-tests/builds/1", "rebuild", json!({})).await;
    assert_eq!(status, 200, "{answer}");
    let set = answer["result"][0].as_i64().expect("a set");
    assert_eq!(
        answer["result"][1]
            .as_object()
            .expect("requests")
            .keys()
            .next()
            .map(String::as_str),
        Some("1")
    );
    let row = farm.rows(&format!("buildsets/{set}")).await.remove(0);
    assert_eq!(
        (&row["reason"], &row["rebuilt_buildid"]),
        (&json!("rebuild"), &json!(made.green.id))
    );
    assert_eq!(
        row["sourcestamps"],
        farm.rows(&format!("buildsets/{}", made.complete_set)).await[0]["sourcestamps"]
    );
}

#[tokio::test]
async fn workers_and_schedulers_are_switched() {
    let farm = Farm::new().await;
    let worker = || async { farm.rows("workers/linux-a").await.remove(0) };
    let (status, _) = farm.order("workers/1", "pause", json!({"reason": "maintenance"})).await;
    assert_eq!(status, 200);
    let row = worker().await;
    assert_eq!(
        (&row["paused"], &row["pause_reason"]),
        (&json!(true), &json!("maintenance"))
    );
    farm.order("workers/linux-a", "unpause", json!({"reason": "back"}))
        .await;
    let row = worker().await;
    assert_eq!((&row["paused"], &row["pause_reason"]), (&json!(false), &Value::Null));
    farm.order("masters/1/workers/linux-a", "stop", json!({})).await;
    assert_eq!(worker().await["graceful"], true, "also of a worker that is not there");

    let scheduler = farm.rows("schedulers?name=main-push").await.remove(0);
    let path = format!("schedulers/{}", scheduler["schedulerid"]);
    farm.order(&path, "enable", json!({"enabled": false})).await;
    assert_eq!(farm.rows(&path).await[0]["enabled"], false);
    farm.order(&path, "enable", json!({"enabled": true})).await;
    assert_eq!(farm.rows(&path).await[0]["enabled"], true);
}

#[tokio::test]
async fn a_waiting_request_is_cancelled() {
    let farm = Farm::new().await;
    farm.order("forceschedulers/force", "force", json!({"builderid": 1}))
        .await;
    let (status, _) = farm
        .order("buildrequests/1", "cancel", json!({"reason": "not needed"}))
        .await;
    assert_eq!(status, 200);
    let row = farm.rows("buildrequests/1").await.remove(0);
    assert_eq!((&row["complete"], &row["results"]), (&json!(true), &json!(6)));
    assert_eq!(farm.rows("buildsets/1").await[0]["results"], 6);
}

#[tokio::test]
async fn a_waiting_request_gets_another_priority() {
    let farm = Farm::new().await;
    farm.order("forceschedulers/force", "force", json!({"builderid": 1}))
        .await;
    let (status, _) = farm
        .order("buildrequests/1", "set_priority", json!({"priority": 7}))
        .await;
    assert_eq!(status, 200);
    assert_eq!(farm.rows("buildrequests/1").await[0]["priority"], 7);
    let (status, _) = farm
        .order("buildrequests/1", "set_priority", json!({"priority": "high"}))
        .await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_bad_envelope_is_refused_as_recorded() {
    let farm = Farm::new().await;
    let url = farm.url("/api/v2/builders");
    for (media, text, recording) in [
        (
            "application/json",
            r#"{"jsonrpc":"1.0","method":"x","id":1,"params":{}}"#,
            "rpc-version",
        ),
        (
            "application/json",
            r#"{"jsonrpc":"2.0","method":"x","params":{}}"#,
            "rpc-no-id",
        ),
        (
            "application/json",
            r#"{"jsonrpc":"2.0","method":"x","id":1}"#,
            "rpc-no-params",
        ),
        (
            "application/json",
            r#"{"jsonrpc":"2.0","method":"x","id":1,"params":[]}"#,
            "rpc-list-params",
        ),
        (
            "application/json",
            r#"{"jsonrpc":"2.0","id":1,"params":{}}"#,
            "rpc-no-method",
        ),
        (
            "application/json",
            r#"{"jsonrpc":"2.0","method":3,"id":1.5,"params":{}}"#,
            "rpc-bad-types",
        ),
        ("application/json", "[]", "rpc-batch"),
        ("application/json", "3", "rpc-not-object"),
        ("text/plain", "{}", "rpc-content-type"),
    ] {
        let request = farm.client.post(&url).header("content-type", media).body(text);
        let response = request.send().await.expect("an answer");
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(body(response).await, (400, recorded(recording)), "{recording}");
    }
    let request = farm
        .client
        .post(&url)
        .header("content-type", "application/json")
        .body("{bad");
    let (status, answer) = body(request.send().await.expect("an answer")).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(-32700)));
    assert!(answer.get("id").is_none());
    let with_charset = farm
        .client
        .post(&url)
        .header("content-type", "application/json; charset=utf-8");
    let call = r#"{"jsonrpc":"2.0","method":"x","id":null,"params":{}}"#;
    let (status, answer) = body(with_charset.body(call).send().await.expect("an answer")).await;
    assert_eq!((status, &answer["id"]), (501, &Value::Null));
    let bad_path = farm.order("nosuch", "x", json!({})).await;
    assert_eq!(bad_path, (404, recorded("rpc-bad-path")));
}
