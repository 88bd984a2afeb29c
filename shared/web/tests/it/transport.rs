//! Media types, methods, origins and compression, as Buildbot answers them.

use crate::farm::{Farm, Wish, body, config};
use crate::history;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn the_form_of_json_follows_accept() {
    let farm = Farm::new().await;
    let compact = "application/json; charset=utf-8";
    let plain = "text/plain; charset=utf-8";
    for (accept, media) in [
        (Some("application/json"), compact),
        (Some("application/json, text/plain, */*"), compact),
        (Some("application/json;q=0"), compact),
        (Some("*/*"), plain),
        (Some("text/html"), plain),
        (None, plain),
    ] {
        let mut request = farm
            .client
            .get(farm.url("/api/v2/builders?field=name&field=tags&limit=1"));
        if let Some(accept) = accept {
            request = request.header("accept", accept);
        }
        let response = request.send().await.expect("an answer");
        assert_eq!(response.headers()["content-type"], media, "{accept:?}");
        let text = response.text().await.expect("a body");
        let expected = if media == compact {
            r#"{"builders":[{"name":"unit-tests","tags":["ci","linux"]}],"meta":{"total":2}}"#.to_owned()
        } else {
            let value = json!({"builders": [{"name": "unit-tests", "tags": ["ci", "linux"]}], "meta": {"total": 2}});
            serde_json::to_string_pretty(&value).expect("JSON")
        };
        assert_eq!(text, expected, "{accept:?}");
    }
    let error = farm.get("/api/v2/nosuch").send().await.expect("an answer");
    assert_eq!(error.headers()["content-type"], plain);
}

#[tokio::test]
async fn text_is_sorted_and_ascii() {
    let farm = Farm::new().await;
    history::write(&farm).await;
    let response = farm
        .get("/api/v2/changes?field=comments&field=author&limit=1")
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        response.text().await.expect("a body"),
        r#"{"changes":[{"author":"Bj\u00f6rn <bjorn@example.org>","comments":"Fix fa\u00e7ade\nLonger body."}],"meta":{"total":1}}"#
    );
}

#[tokio::test]
async fn methods() {
    let farm = Farm::new().await;
    let url = farm.url("/api/v2/builders?limit=1");
    let get = farm.get("/api/v2/builders?limit=1").send().await.expect("an answer");
    let length = get.headers()["content-length"].clone();
    let head = farm
        .client
        .head(&url)
        .header("accept", "application/json")
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        (head.status().as_u16(), &head.headers()["content-length"]),
        (200, &length)
    );
    assert_eq!(head.text().await.expect("a body"), "");
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let answer = farm
            .client
            .request(method.clone(), &url)
            .send()
            .await
            .expect("an answer");
        assert_eq!(
            body(answer).await,
            (400, json!({"error": "invalid HTTP method"})),
            "{method}"
        );
    }
}

#[tokio::test]
async fn origins() {
    let mut wish = Wish::default();
    wish.access.origins = vec!["https://*.example.org".into()];
    let farm = Farm::with(wish).await;
    let own = farm.url("");
    for (origin, allowed) in [
        (own.as_str(), Some(own.as_str())),
        ("https://CI.example.org", Some("https://ci.example.org")),
        ("http://evil.example.com", None),
        ("null", None),
    ] {
        let get = farm
            .get("/api/v2/builders")
            .header("origin", origin)
            .send()
            .await
            .expect("an answer");
        let post = farm.client.post(farm.url("/api/v2/builders")).header("origin", origin);
        let post = post.json(&json!({"jsonrpc": "2.0", "id": 1, "method": "x", "params": {}}));
        let post = post.send().await.expect("an answer");
        let flight = |method: &'static str| {
            let request = farm.client.request(Method::OPTIONS, farm.url("/api/v2/builders"));
            request
                .header("origin", origin)
                .header("access-control-request-method", method)
                .send()
        };
        let (post_flight, delete_flight) = (
            flight("POST").await.expect("an answer"),
            flight("DELETE").await.expect("an answer"),
        );
        match allowed {
            Some(lower) => {
                assert_eq!(get.status(), 200);
                assert_eq!(get.headers()["access-control-allow-origin"], lower);
                assert_eq!(get.headers()["access-control-allow-headers"], "Content-Type");
                assert_eq!(get.headers()["access-control-max-age"], "3600");
                assert!(!get.headers().contains_key("access-control-allow-credentials"));
                assert_eq!(post.status(), 501);
                assert_eq!(
                    (
                        post_flight.status().as_u16(),
                        post_flight.text().await.expect("a body").as_str()
                    ),
                    (200, "")
                );
                assert_eq!(body(delete_flight).await, (400, json!({"error": "invalid method"})));
            }
            None => {
                assert!(!get.headers().contains_key("access-control-allow-origin"));
                assert_eq!(body(get).await, (400, json!({"error": "invalid origin"})));
                assert_eq!(body(post).await, (400, json!({"error": {"message": "invalid origin"}})));
                assert_eq!(body(post_flight).await, (400, json!({"error": "invalid origin"})));
            }
        }
    }
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_can_undo_it() {
    let farm = Farm::new().await;
    history::write(&farm).await;
    for (coding, compressed) in [("gzip, deflate, br", true), ("br", false), ("identity", false)] {
        let request = farm.get("/api/v2/changes").header("accept-encoding", coding);
        let response = request.send().await.expect("an answer");
        assert_eq!(
            response.headers().contains_key("content-encoding"),
            compressed,
            "{coding}"
        );
        assert_eq!(response.headers()["vary"], "Accept-Encoding");
    }
}

#[tokio::test]
async fn aliases_and_the_list_of_versions() {
    let farm = Farm::new().await;
    let (_, latest) = body(farm.get("/api/latest/masters").send().await.expect("an answer")).await;
    let (_, v2) = farm.read("masters").await;
    assert_eq!(latest, v2);
    let answer = farm.get("/api").send().await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "application/json");
    let (_, versions) = body(answer).await;
    assert_eq!(versions, json!({"api_versions": {"v2": farm.url("/api/v2")}}));
    let (_, front) = body(farm.get("/config").send().await.expect("an answer")).await;
    assert_eq!(
        (&front["title"], &front["buildbotURL"]),
        (&json!("Widget CI"), &json!(farm.url("/")))
    );

    let mut known = config();
    known.buildbot_url = "https://ci.example.org/bb".into();
    let farm = Farm::with(Wish {
        config: known,
        ..Wish::default()
    })
    .await;
    let (_, versions) = body(farm.get("/api").send().await.expect("an answer")).await;
    assert_eq!(
        versions,
        json!({"api_versions": {"v2": "https://ci.example.org/bb/api/v2"}})
    );
}

#[tokio::test]
async fn a_long_table_comes_in_pieces_and_whole() {
    let farm = Farm::new().await;
    let written = farm.store.write(|c| {
        (0..2000).try_for_each(|n| {
            let change = crate::socket::change(&n.to_string());
            store::changes::insert(c, &change, None, history::START).map(drop)
        })
    });
    written.await.expect("rows can be written");
    let answer = farm
        .get("/api/v2/changes?order=changeid")
        .send()
        .await
        .expect("an answer");
    assert!(!answer.headers().contains_key("content-length"));
    let (_, table) = body(answer).await;
    assert_eq!(table["meta"], json!({"total": 2000}));
    let rows = table["changes"].as_array().expect("rows");
    let revisions: Vec<_> = rows
        .iter()
        .map(|row| row["revision"].as_str().expect("a revision").to_owned())
        .collect();
    assert_eq!(revisions, (0..2000).map(|n| n.to_string()).collect::<Vec<_>>());
}
