//! `/ws`: the protocol's answers, and who hears what.

use crate::farm::Farm;
use crate::history;
use futures_util::{SinkExt, StreamExt};
use model::{NewChange, Properties, Time};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest, protocol::CloseFrame};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A client of `/ws`.
pub struct Ear(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What came from the server.
#[derive(Debug, PartialEq)]
pub enum Heard {
    Frame(Value),
    Closed(Option<CloseFrame>),
    /// The connection ended without a close frame.
    Cut,
}

impl Ear {
    pub async fn new(address: SocketAddr) -> Ear {
        let (socket, _) = connect_async(format!("ws://{address}/ws")).await.expect("a WebSocket");
        Ear(socket)
    }

    pub async fn say(&mut self, frame: Value) {
        self.0
            .send(Message::text(frame.to_string()))
            .await
            .expect("an open connection");
    }

    pub async fn hear(&mut self) -> Heard {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Heard::Frame(serde_json::from_str(&text).expect("JSON")),
            Some(Ok(Message::Close(frame))) => Heard::Closed(frame),
            Some(Ok(other)) => panic!("{other:?}"),
            Some(Err(_)) | None => Heard::Cut,
        }
    }

    /// The next frame, which must be one.
    pub async fn frame(&mut self) -> Value {
        match self.hear().await {
            Heard::Frame(frame) => frame,
            other => panic!("{other:?}"),
        }
    }

    pub async fn start(&mut self, path: &str) {
        self.say(json!({"cmd": "startConsuming", "path": path, "_id": path}))
            .await;
        assert_eq!(self.frame().await, json!({"msg": "OK", "code": 200, "_id": path}));
    }
}

pub fn change(revision: &str) -> NewChange {
    NewChange {
        author: "Ada <ada@example.org>".into(),
        committer: None,
        branch: Some("elsewhere".into()),
        revision: Some(revision.into()),
        revlink: String::new(),
        category: None,
        comments: "Say é".into(),
        files: vec![],
        when: Time::from_seconds(1_700_000_000),
        repository: String::new(),
        project: String::new(),
        codebase: String::new(),
        properties: Properties::default(),
    }
}

#[tokio::test]
async fn answers_are_those_that_were_recorded() {
    let farm = Farm::new().await;
    let mut ear = Ear::new(farm.address).await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/protocol-errors.jsonl");
    let recording = std::fs::read_to_string(path).expect("a recording");
    let lines: Vec<Value> = recording
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    for line in lines.iter().filter(|line| line["dir"] == "c2s") {
        ear.say(line["frame"].clone()).await;
    }
    for line in lines.iter().filter(|line| line["dir"] == "s2c") {
        let (mut ours, mut theirs) = (ear.frame().await, line["frame"].clone());
        for frame in [&mut ours, &mut theirs] {
            // What follows names functions of the server's own language.
            let text = frame["error"].as_str().unwrap_or_default();
            if text.starts_with("Invalid method argument '") {
                frame["error"] = "Invalid method argument …".into();
            }
        }
        assert_eq!(ours, theirs);
    }
}

#[tokio::test]
async fn what_is_no_command_cuts_the_connection_without_a_close_frame() {
    let farm = Farm::new().await;
    for bad in ["{bad json", "[]", "3", "\"x\"", r#"{"cmd":7,"_id":1}"#, ""] {
        let mut ear = Ear::new(farm.address).await;
        ear.0.send(Message::text(bad)).await.expect("an open connection");
        assert_eq!(ear.hear().await, Heard::Cut, "{bad}");
    }
    let mut ear = Ear::new(farm.address).await;
    let long = format!(r#"{{"cmd":"startConsuming","_id":1,"path":"{}"}}"#, "x/".repeat(50_000));
    ear.0.send(Message::text(long)).await.expect("an open connection");
    assert!(!matches!(ear.hear().await, Heard::Frame(_)), "longer than any command");
}

#[tokio::test]
async fn events_come_once_per_matching_subscription() {
    let farm = Farm::new().await;
    let mut ear = Ear::new(farm.address).await;
    for path in [
        "changes/*/*",
        "changes/*/*",
        "*/*/*",
        "builds/*/*",
        "changes/*",
        "never/fires",
    ] {
        ear.start(path).await;
    }
    let id = farm.master.add_change(change("1")).await.expect("a change");
    let rows = farm.rows(&format!("changes/{id}")).await;
    let expected = json!({"k": format!("changes/{id}/new"), "m": rows[0]});
    assert_eq!(ear.frame().await, expected);
    assert_eq!(ear.frame().await, expected);
    ear.say(json!({"cmd": "stopConsuming", "path": "changes/*/*", "_id": 9}))
        .await;
    assert_eq!(
        ear.frame().await,
        json!({"msg": "OK", "code": 200, "_id": 9}),
        "and no third event before it"
    );
    let id = farm.master.add_change(change("2")).await.expect("a change");
    assert_eq!(ear.frame().await["k"], format!("changes/{id}/new"));
    ear.say(json!({"cmd": "ping", "_id": 1})).await;
    assert_eq!(ear.frame().await["msg"], "pong", "and no second event before it");
}

#[tokio::test]
async fn events_are_written_as_buildbot_writes_them() {
    let farm = Farm::new().await;
    let mut ear = Ear::new(farm.address).await;
    ear.start("changes/*/*").await;
    let id = farm.master.add_change(change("1")).await.expect("a change");
    let Some(Ok(Message::Text(text))) = ear.0.next().await else {
        panic!("a frame")
    };
    assert!(
        text.starts_with(&format!(r#"{{"k":"changes/{id}/new","m":{{"#)),
        "{text}"
    );
    assert!(text.is_ascii() && text.contains(r"Say \u00e9"), "{text}");
}

#[tokio::test]
async fn an_order_is_heard_as_control_and_as_its_effect() {
    let farm = Farm::new().await;
    let mut ear = Ear::new(farm.address).await;
    ear.start("schedulers/*/*").await;
    let (status, _) = farm.order("schedulers/1", "enable", json!({"enabled": false})).await;
    assert_eq!(status, 200);
    let event = ear.frame().await;
    assert_eq!(event["k"], "schedulers/1/updated");
    assert_eq!(event["m"], farm.rows("schedulers/1").await[0]);
}

#[tokio::test]
async fn a_request_that_is_no_upgrade_is_answered_426() {
    let farm = Farm::new().await;
    history::write(&farm).await;
    for path in ["/ws", "/ws/", "/ws/more"] {
        let answer = farm.get(path).send().await.expect("an answer");
        assert_eq!(answer.status(), 426, "{path}");
        assert_eq!(answer.text().await.expect("a body"), "");
    }
}

#[tokio::test]
async fn an_offered_sub_protocol_is_passed_over() {
    let farm = Farm::new().await;
    let mut request = format!("ws://{}/ws", farm.address)
        .into_client_request()
        .expect("a request");
    let offer = "wamp.2.json".parse().expect("a header");
    request.headers_mut().insert("sec-websocket-protocol", offer);
    let stream = TcpStream::connect(farm.address).await.expect("a connection");
    let answer = tokio_tungstenite::client_async(request, stream).await;
    // The client library takes the lack of a protocol for an error; the server's part was to ignore the offer.
    let text = format!("{:?}", answer.err());
    assert!(text.contains("NoSubProtocol"), "{text}");
}

#[tokio::test]
async fn when_the_master_stops_the_connection_ends_without_a_close_frame() {
    let farm = Farm::new().await;
    let mut ear = Ear::new(farm.address).await;
    ear.start("masters/*/*").await;
    farm.master.shutdown(master::Shutdown::Stop).await;
    let mut last = ear.hear().await;
    while let Heard::Frame(_) = last {
        last = ear.hear().await;
    }
    assert_eq!(last, Heard::Cut);
}
