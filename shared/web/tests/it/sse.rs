//! `/sse`.

use crate::farm::Farm;
use model::{NewChange, Properties, Time};
use reqwest::Response;

/// The next whole message of the stream.
async fn message(stream: &mut Response, rest: &mut String) -> String {
    loop {
        if let Some(end) = rest.find("\n\n") {
            let message = rest[..end].to_owned();
            rest.drain(..end + 2);
            return message;
        }
        let chunk = stream.chunk().await.expect("an open stream").expect("more to come");
        rest.push_str(std::str::from_utf8(&chunk).expect("ASCII"));
    }
}

async fn add_change(farm: &Farm) -> i64 {
    let change = NewChange {
        author: "Ada".into(),
        committer: None,
        branch: Some("elsewhere".into()),
        revision: None,
        revlink: String::new(),
        category: None,
        comments: String::new(),
        files: vec![],
        when: Time::from_seconds(1_700_000_000),
        repository: String::new(),
        project: String::new(),
        codebase: String::new(),
        properties: Properties::default(),
    };
    farm.master.add_change(change).await.expect("a change").0
}

#[tokio::test]
async fn a_stream_begins_with_its_name_and_takes_further_paths() {
    let farm = Farm::new().await;
    for path in ["/sse/listen/schedulers/*/*", "/sse/schedulers/*/*", "/sse/listen"] {
        let mut stream = farm.get(path).send().await.expect("a stream");
        assert_eq!(stream.headers()["content-type"], "text/event-stream");
        let mut rest = String::new();
        let hello = message(&mut stream, &mut rest).await;
        let uuid = hello
            .strip_prefix("event: handshake\ndata: ")
            .expect("a handshake")
            .to_owned();
        assert_eq!(uuid.len(), 36, "{uuid}");

        let say = |verb: &str, path: &str| farm.get(&format!("/sse/{verb}/{uuid}/{path}")).send();
        let added = say("add", "changes/*/*").await.expect("an answer");
        assert_eq!(
            (added.status().as_u16(), added.text().await.expect("a body").as_str()),
            (200, "ok\n")
        );
        let id = add_change(&farm).await;
        let event = message(&mut stream, &mut rest).await;
        let start = format!(
            r#"event: event{}data: {{"key":["changes","{id}","new"],"message":{{"#,
            '\n'
        );
        assert!(event.starts_with(&start), "{event}");

        let removed = say("remove", "changes/*/*").await.expect("an answer");
        assert_eq!(
            (
                removed.status().as_u16(),
                removed.text().await.expect("a body").as_str()
            ),
            (200, "ok\n")
        );
        let again = say("remove", "changes/*/*").await.expect("an answer");
        assert_eq!(again.status(), 404);
        assert!(
            again
                .text()
                .await
                .expect("a body")
                .starts_with("consumer is not listening to this event")
        );
    }
}

#[tokio::test]
async fn a_stream_must_be_named_and_known() {
    let farm = Farm::new().await;
    for (path, text) in [
        ("/sse/add", "need uuid"),
        ("/sse/add/", "need uuid"),
        ("/sse/remove", "need uuid"),
        ("/sse/add/nosuch/builds/*/*", "unknown uuid"),
        ("/sse/remove/nosuch/builds/*/*", "unknown uuid"),
    ] {
        let answer = farm.get(path).send().await.expect("an answer");
        assert_eq!(answer.status(), 400, "{path}");
        assert!(answer.text().await.expect("a body").starts_with(text), "{path}");
    }
}

#[tokio::test]
async fn a_stream_that_ended_is_not_known_any_more() {
    let farm = Farm::new().await;
    let mut stream = farm.get("/sse/listen/changes/*/*").send().await.expect("a stream");
    let hello = message(&mut stream, &mut String::new()).await;
    let uuid = hello
        .strip_prefix("event: handshake\ndata: ")
        .expect("a handshake")
        .to_owned();
    drop(stream);
    // The server notices when it next looks at the connection.
    loop {
        let answer = farm
            .get(&format!("/sse/add/{uuid}/builds/*/*"))
            .send()
            .await
            .expect("an answer");
        if answer.status() == 400 {
            return;
        }
        tokio::task::yield_now().await;
    }
}
