//! Who is let in: host names, one-time links, sessions, guests and the local socket.

use crate::farm::{Farm, Wish, body};
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use web::{Access, Caller, CommandError, Commands};

/// Says who called what.
struct Echo;

impl Commands for Echo {
    fn call(&self, name: &str, input: Value, caller: Caller) -> BoxFuture<'static, Result<Value, CommandError>> {
        let name = name.to_owned();
        async move {
            if name == "refuse" {
                return Err(CommandError {
                    code: "conflict".into(),
                    message: "It is busy.".into(),
                    hint: Some("Wait.".into()),
                    fields: Default::default(),
                });
            }
            Ok(json!({"name": name, "input": input, "caller": format!("{caller:?}")}))
        }
        .boxed()
    }

    fn events(&self) -> BoxStream<'static, Result<Value, web::Lagged>> {
        let two = [Ok(json!({"kind": "overview"})), Err(web::Lagged)];
        futures_util::stream::iter(two).boxed()
    }
}

async fn farm(access: Access) -> Farm {
    Farm::with(Wish {
        access,
        commands: Arc::new(Echo),
        ..Wish::default()
    })
    .await
}

/// Follows a fresh one-time link and gives the cookie.
async fn sign_in(farm: &Farm) -> String {
    let token = farm.gate.one_time_token();
    let answer = farm.get(&format!("/?token={token}")).send().await.expect("an answer");
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["location"]),
        (303, &"/".parse().expect("a header"))
    );
    let cookie = answer.headers()["set-cookie"].to_str().expect("text").to_owned();
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    cookie.split(';').next().expect("a pair").to_owned()
}

async fn call(farm: &Farm, cookie: Option<&str>) -> Response {
    let mut request = farm
        .client
        .post(farm.url("/api/outpost/v1/call/hello"))
        .json(&json!({"a": 1}));
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    request.send().await.expect("an answer")
}

#[tokio::test]
async fn only_known_host_names_are_answered() {
    let farm = farm(Access {
        hosts: vec!["ci.example.org".into()],
        ..Access::default()
    })
    .await;
    for path in [
        "/",
        "/api/v2/builders",
        "/ws",
        "/sse/listen",
        "/api/outpost/v1",
        "/assets/x.js",
    ] {
        for (host, known) in [
            ("localhost:8010", true),
            ("ci.example.org", true),
            ("evil.example.com", false),
            ("127.0.0.1.evil.example.com", false),
        ] {
            let answer = farm.get(path).header("host", host).send().await.expect("an answer");
            assert_eq!(answer.status() != StatusCode::FORBIDDEN, known, "{path} at {host}");
        }
    }
}

#[tokio::test]
async fn a_one_time_link_signs_one_browser_in() {
    let farm = farm(Access::default()).await;
    let cookie = sign_in(&farm).await;
    let (status, answer) = body(call(&farm, Some(&cookie)).await).await;
    assert_eq!(
        (status, answer),
        (200, json!({"name": "hello", "input": {"a": 1}, "caller": "SignedIn"}))
    );
    let among_others = format!("a=b; {cookie}; c=d");
    assert_eq!(call(&farm, Some(&among_others)).await.status(), 200);
    for other in [
        None,
        Some("outpost_session_1=x"),
        Some("x"),
        Some(cookie.split_once('=').expect("a pair").1),
    ] {
        let (status, answer) = body(call(&farm, other).await).await;
        assert_eq!(status, 401, "{other:?}");
        assert!(
            answer["message"].as_str().is_some_and(|text| text.contains("session")),
            "{answer}"
        );
        assert!(answer["hint"].is_string(), "{answer}");
    }
}

#[tokio::test]
async fn a_link_may_lead_to_any_page_of_this_server_and_to_no_other() {
    let farm = farm(Access::default()).await;
    for (path, leads_to) in [
        ("/?token=", "/"),
        ("/builders/4/builds/7?token=", "/builders/4/builds/7"),
        ("/log?line=5&find=a%20b&token=", "/log?line=5&find=a%20b"),
        ("//evil.example.com/?token=", "/evil.example.com/"),
        ("/%2Fevil.example.com?token=", "/%2Fevil.example.com"),
    ] {
        let link = format!("{path}{}", farm.gate.one_time_token());
        let answer = farm.get(&link).send().await.expect("an answer");
        assert_eq!(
            (
                answer.status().as_u16(),
                answer.headers()["location"].to_str().expect("text")
            ),
            (303, leads_to)
        );
    }
    let rest = format!("/api/v2/builders?token={}", farm.gate.one_time_token());
    assert_eq!(
        farm.get(&rest).send().await.expect("an answer").status(),
        400,
        "REST has no such parameter"
    );
}

#[tokio::test]
async fn a_spent_or_guessed_token_is_refused_and_guessing_is_slowed_down() {
    let farm = farm(Access::default()).await;
    let token = farm.gate.one_time_token();
    let follow = |token: String, cookie: String| {
        let request = farm.get(&format!("/?token={token}")).header("cookie", cookie);
        async { request.send().await.expect("an answer") }
    };
    let first = follow(token.clone(), String::new()).await;
    let cookie = first.headers()["set-cookie"]
        .to_str()
        .expect("text")
        .split(';')
        .next()
        .expect("a pair")
        .to_owned();
    let again = follow(token.clone(), String::new()).await;
    assert_eq!(again.status(), 403);
    assert!(!again.headers().contains_key("set-cookie"));
    assert_eq!(
        follow(token, cookie).await.status(),
        303,
        "going back in the same browser does no harm"
    );
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(follow("guess".into(), String::new()).await.status().as_u16());
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
}

#[tokio::test]
async fn guests_use_rest_and_events_where_that_is_open_and_commands_never() {
    for open in [true, false] {
        let farm = farm(Access {
            open,
            ..Access::default()
        })
        .await;
        let cookie = sign_in(&farm).await;
        for (path, guest, owner) in [
            ("/api/v2/builders", if open { 200 } else { 403 }, 200),
            ("/api/v2/nosuch", if open { 404 } else { 403 }, 404),
            ("/api", if open { 200 } else { 403 }, 200),
            ("/config", if open { 200 } else { 403 }, 200),
            ("/ws", if open { 426 } else { 403 }, 426),
            ("/sse/add/x/y", if open { 400 } else { 403 }, 400),
            ("/api/outpost/v1", 200, 200),
            ("/api/outpost/v1/call/hello", 401, 405),
            ("/api/outpost/v1/events", 401, 426),
            ("/api/outpost/v1/%2e%2e/x", 401, 404),
            ("/api/outpost", 401, 404),
            ("/", 404, 404),
            ("/builders/4", 404, 404),
        ] {
            let answer = farm.get(path).send().await.expect("an answer");
            assert_eq!(answer.status().as_u16(), guest, "{path} for a guest, open: {open}");
            let answer = farm
                .get(path)
                .header("cookie", &cookie)
                .send()
                .await
                .expect("an answer");
            assert_eq!(answer.status().as_u16(), owner, "{path} for the owner, open: {open}");
        }
    }
}

#[tokio::test]
async fn other_sites_reach_nothing_even_with_the_cookie() {
    let farm = farm(Access::default()).await;
    let cookie = sign_in(&farm).await;
    for (path, status) in [
        ("/api/outpost/v1/call/hello", 403),
        ("/api/outpost/v1/events", 403),
        ("/api/v2/builders", 400),
        ("/ws", 400),
        ("/sse/listen", 400),
    ] {
        let request = farm
            .get(path)
            .header("cookie", &cookie)
            .header("origin", "http://evil.example.com");
        assert_eq!(
            request.send().await.expect("an answer").status().as_u16(),
            status,
            "{path}"
        );
    }
    // A form of another site can send text, but not JSON.
    let form = farm
        .client
        .post(farm.url("/api/outpost/v1/call/hello"))
        .header("cookie", &cookie);
    let (status, answer) = body(
        form.header("content-type", "text/plain")
            .body("{}")
            .send()
            .await
            .expect("an answer"),
    )
    .await;
    assert_eq!((status, &answer["code"]), (400, &json!("invalid")));
}

#[tokio::test]
async fn commands_carry_input_output_and_refusals() {
    let farm = farm(Access::default()).await;
    let cookie = sign_in(&farm).await;
    let send = |name: &str, text: &'static str| {
        let request = farm
            .client
            .post(farm.url(&format!("/api/outpost/v1/call/{name}")))
            .header("cookie", &cookie);
        request.header("content-type", "application/json").body(text).send()
    };
    let (status, answer) = body(send("hello", "").await.expect("an answer")).await;
    assert_eq!((status, &answer["input"]), (200, &json!({})));
    let (status, answer) = body(send("hello", "{bad").await.expect("an answer")).await;
    assert_eq!((status, &answer["code"]), (400, &json!("invalid")));
    let (status, answer) = body(send("refuse", "{}").await.expect("an answer")).await;
    let refusal = json!({"code": "conflict", "message": "It is busy.", "hint": "Wait.", "fields": {}});
    assert_eq!((status, answer), (409, refusal));
    let (_, discovery) = body(farm.get("/api/outpost/v1").send().await.expect("an answer")).await;
    assert_eq!(
        (&discovery["protocol"], &discovery["signed_in"]),
        (&json!(1), &json!(false))
    );
}

#[tokio::test]
async fn events_of_the_commands_end_with_a_reason_when_some_were_lost() {
    let farm = farm(Access::default()).await;
    let cookie = sign_in(&farm).await;
    let url = format!("ws://{}/api/outpost/v1/events", farm.address);
    let mut request = url.into_client_request().expect("a request");
    request
        .headers_mut()
        .insert("cookie", cookie.parse().expect("a header"));
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.expect("a WebSocket");
    let first = socket.next().await.expect("a frame").expect("a frame");
    assert_eq!(first.to_text().expect("text"), r#"{"kind":"overview"}"#);
    let tokio_tungstenite::tungstenite::Message::Close(Some(frame)) =
        socket.next().await.expect("a frame").expect("a frame")
    else {
        panic!("a close frame");
    };
    assert_eq!(u16::from(frame.code), 1013);
    assert!(frame.reason.contains("too slowly"), "{}", frame.reason);
}

#[cfg(unix)]
#[tokio::test]
async fn the_local_socket_needs_no_session() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let farm = farm(Access {
        open: false,
        ..Access::default()
    })
    .await;
    let path = farm.folder.path().join("outpost.sock");
    let listener = tokio::net::UnixListener::bind(&path).expect("a socket");
    tokio::spawn(web::serve_socket(listener, farm.router.clone(), std::future::pending()));
    let mut stream = tokio::net::UnixStream::connect(&path).await.expect("a connection");
    let call = "POST /api/outpost/v1/call/hello HTTP/1.1\r\nhost: outpost\r\ncontent-type: application/json\r\n\
                content-length: 2\r\nconnection: close\r\n\r\n{}";
    stream.write_all(call.as_bytes()).await.expect("an open connection");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.ends_with(r#"{"name":"hello","input":{},"caller":"Local"}"#),
        "{answer}"
    );
}
