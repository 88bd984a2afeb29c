//! The lines of logs.

use crate::farm::Farm;
use crate::history;
use model::LogKind;
use serde_json::json;
use store::logs;

#[tokio::test]
async fn ranges_of_lines() {
    let farm = Farm::new().await;
    let made = history::write(&farm).await;
    let lines = [
        "hmake all\n",
        "ofirst\n",
        "osecond \u{1b}[32mgreen\u{1b}[0m\n",
        "othird é\n",
        "ea warning\n",
    ];
    for (query, first, expected) in [
        ("", 0, 0..5),
        ("?offset=0&limit=2", 0, 0..2),
        ("?offset=3", 3, 3..5),
        ("?offset=3&limit=100", 3, 3..5),
        ("?offset=5&limit=10", 5, 5..5),
        ("?offset=999999&limit=10", 999_999, 5..5),
        ("?limit=1&property=x", 0, 0..1),
    ] {
        let (status, answer) = farm.read(&format!("logs/{}/contents{query}", made.log.id)).await;
        let content: String = lines[expected].concat();
        let chunk = json!({"logid": made.log.id, "firstline": first, "content": content});
        assert_eq!(
            (status, answer),
            (200, json!({"logchunks": [chunk], "meta": {}})),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_growing_log_is_read_while_it_grows() {
    let farm = Farm::new().await;
    let made = history::write(&farm).await;
    let step = made.compile;
    let log = farm
        .store
        .write(move |c| logs::insert(c, step, "live", LogKind::Stdio))
        .await
        .expect("a log");
    let writer = farm.store.logs().open(log.clone());
    writer.append('o', "one\ntwo\n").await.expect("lines");
    let rows = farm.rows(&format!("logs/{}", log.id)).await;
    assert_eq!(
        (&rows[0]["num_lines"], &rows[0]["complete"]),
        (&json!(2), &json!(false))
    );
    let rows = farm.rows(&format!("logs/{}/contents?offset=1&limit=50", log.id)).await;
    assert_eq!(rows[0]["content"], "otwo\n");
    writer.finish().await.expect("a durable log");
    let rows = farm.rows(&format!("steps/{step}/logs?slug__eq=live")).await;
    assert_eq!((&rows[0]["num_lines"], &rows[0]["complete"]), (&json!(2), &json!(true)));
}

#[tokio::test]
async fn a_raw_log_is_text_with_a_head_and_a_name() {
    let farm = Farm::new().await;
    let made = history::write(&farm).await;
    let head = "Builder: unit-tests\nBuild number: 1\nWorker name: linux-a\n";
    let text = "make all\nfirst\nsecond \u{1b}[32mgreen\u{1b}[0m\nthird é\na warning\n";
    let raw = farm
        .get(&format!("/api/v2/logs/{}/raw?offset=1&limit=2", made.log.id))
        .send()
        .await
        .expect("an answer");
    assert_eq!(raw.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(
        raw.headers()["content-disposition"],
        "attachment; filename=unit-tests_build_1_step_compile_log_stdio"
    );
    assert_eq!(raw.text().await.expect("a body"), format!("{head}{text}"));

    let inline = farm
        .get(&format!("/api/v2/logs/{}/raw_inline", made.log.id))
        .send()
        .await
        .expect("an answer");
    assert!(!inline.headers().contains_key("content-disposition"));
    assert_eq!(inline.text().await.expect("a body"), format!("{head}{text}"));

    let url = farm.url(&format!("/api/v2/logs/{}/raw", made.log.id));
    let only_head = farm.client.head(url).send().await.expect("an answer");
    assert_eq!(only_head.status(), 200);
    assert_eq!(only_head.text().await.expect("a body"), "");
}

#[tokio::test]
async fn an_html_log_cannot_act_when_it_is_shown() {
    let farm = Farm::new().await;
    let made = history::write(&farm).await;
    let shown = farm
        .get(&format!("/api/v2/logs/{}/raw_inline", made.html.id))
        .send()
        .await
        .expect("an answer");
    assert_eq!(shown.headers()["content-type"], "text/html; charset=utf-8");
    let policy = shown.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(
        policy.starts_with("sandbox;") && policy.contains("default-src 'none'"),
        "{policy}"
    );
    assert_eq!(shown.text().await.expect("a body"), "<script>alert(1)</script>\n");
}
