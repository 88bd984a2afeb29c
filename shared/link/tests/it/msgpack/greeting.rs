//! Who is let in, and how a worker learns that it is.

use super::rig::*;
use base64::Engine as _;
use link::{ConnectError, Login};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use wire::worker::Value;

const PROBES: &str = include_str!("../../vectors/mp-probes.json");

/// The HTTP answers of a real master, by what the probe sent.
#[tokio::test]
async fn strangers_get_the_recorded_answers() {
    let basic = |text: &str| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text));
    let rows: Vec<serde_json::Value> = serde_json::from_str(PROBES).unwrap();
    let right = basic("w-mp:s3:cret");
    let sent = [
        ("no Authorization", None, Some("")),
        ("Bearer scheme", Some("Bearer abc".to_owned()), Some("")),
        ("bad base64", Some("Basic !!!".to_owned()), Some("")),
        ("no colon", Some(basic("w-mp")), Some("")),
        ("wrong password", Some(basic("w-mp:no")), Some("w-mp")),
        ("lower-case \"basic\"", Some(right.replace("Basic", "basic")), Some("")),
        ("worker known (also a PB worker name) right password", Some(right), None),
    ];
    for (probe, authorization, refused) in sent {
        let recorded = rows.iter().find(|row| row["probe"] == probe).unwrap()["result"]
            .as_str()
            .unwrap();
        let mut served = serve();
        let header = authorization.map_or(String::new(), |value| format!("Authorization: {value}\r\n"));
        let request = format!(
            "GET / HTTP/1.1\r\nHost: m\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n{header}\
             Sec-WebSocket-Key: NmNJTFbm0aNgr0HlEvggbw==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        );
        served.stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        if refused.is_some() {
            soon(served.stream.read_to_end(&mut answer)).await.unwrap();
            assert_eq!(String::from_utf8_lossy(&answer), recorded, "{probe}");
        } else {
            let mut buffer = [0; 1024];
            let read = soon(served.stream.read(&mut buffer)).await.unwrap();
            let answer = String::from_utf8_lossy(&buffer[..read]);
            assert!(answer.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{answer}");
            // The recorded worker's key has this answer.
            assert!(
                answer
                    .to_lowercase()
                    .contains("sec-websocket-accept: soditjkpqalp3rojsinlaqb38go=\r\n"),
                "{answer}"
            );
        }
        let told = served.door.refused.lock().unwrap().clone();
        assert_eq!(
            told,
            refused.map(str::to_owned).into_iter().collect::<Vec<_>>(),
            "{probe}"
        );
    }
}

#[tokio::test]
async fn what_is_no_websocket_gets_nothing() {
    let head = "GET / HTTP/1.1\r\nHost: m\r\nAuthorization: Basic dy1tcDpzMzpjcmV0\r\n\r\n";
    let long = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(20_000));
    for (request, answer) in [
        (head, "HTTP/1.1 400 Bad request\r\n\r\n"),
        ("\x01\x02pb is spoken here\r\n\r\n", ""),
        (&long, ""),
    ] {
        let mut served = serve();
        let _ = served.stream.write_all(request.as_bytes()).await;
        let mut got = Vec::new();
        soon(served.stream.read_to_end(&mut got)).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&got), answer);
        soon(served.serving).await.unwrap();
    }
}

#[tokio::test]
async fn a_worker_asks_as_the_recorded_one_does() {
    for (address, path, line, host) in [
        (
            "ws://build.example.org:9990/w",
            "/w",
            "GET /w HTTP/1.1",
            "build.example.org:9990",
        ),
        (
            "tls:host=build.example.org:port=443",
            "/",
            "GET / HTTP/1.1",
            "build.example.org:443",
        ),
        ("[::1]:9990", "", "GET / HTTP/1.1", "[::1]:9990"),
        ("unix:path=/run/master", "/", "GET / HTTP/1.1", "localhost"),
    ] {
        let (stream, mut theirs) = duplex(64 * 1024);
        let connecting = tokio::spawn(link::msgpack::connect(stream, address, path, login()));
        let mut buffer = vec![0; 4096];
        let read = soon(theirs.read(&mut buffer)).await.unwrap();
        let head = String::from_utf8_lossy(&buffer[..read]).to_lowercase();
        assert!(head.starts_with(&line.to_lowercase()), "{head}");
        for wanted in [
            &format!("\r\nhost: {host}\r\n"),
            "\r\nupgrade: websocket\r\n",
            "\r\nauthorization: basic dy1tcdpzmzpjcmv0\r\n",
            "\r\nsec-websocket-version: 13\r\n",
        ] {
            assert!(head.contains(wanted), "{wanted:?} is not in {head}");
        }
        for unwanted in ["origin", "extensions", "protocol:"] {
            assert!(!head.contains(unwanted), "{head}");
        }
        drop(theirs);
        assert!(soon(connecting).await.unwrap().is_err());
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let served = serve();
    let mut login = login();
    login.password = "no".to_owned();
    let connected = soon(link::msgpack::connect(served.stream, "ws://m:1", "/", login)).await;
    assert!(matches!(connected, Err(ConnectError::Refused { name, address }) if name == NAME && address == "ws://m:1"));
    assert_eq!(*served.door.refused.lock().unwrap(), [NAME]);
}

#[tokio::test]
async fn a_name_with_a_colon_is_refused_before_it_is_sent() {
    let (stream, _other) = duplex(1024);
    let login = Login {
        name: "a:b".to_owned(),
        password: String::new(),
    };
    let error = link::msgpack::connect(stream, "ws://m", "/", login).await.unwrap_err();
    assert!(error.to_string().contains("colon"), "{error}");
}

#[tokio::test]
async fn what_answers_otherwise_is_named() {
    for (answer, wanted) in [
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "404"),
        ("HTTP/1.1 400 Bad request\r\n\r\n", "400"),
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n", "msgpack port"),
    ] {
        let (stream, mut theirs) = duplex(64 * 1024);
        theirs.write_all(answer.as_bytes()).await.unwrap();
        let error = soon(link::msgpack::connect(stream, "ws://m", "/", login()))
            .await
            .unwrap_err();
        assert!(matches!(error, ConnectError::Protocol { .. }), "{error:?}");
        assert!(error.to_string().contains(wanted), "{error}");
    }
    let (stream, theirs) = duplex(64 * 1024);
    drop(theirs);
    let error = soon(link::msgpack::connect(stream, "ws://m", "/", login()))
        .await
        .unwrap_err();
    assert!(matches!(error, ConnectError::Lost { .. }), "{error:?}");
}

#[tokio::test]
async fn a_duplicate_is_told_as_a_real_master_does() {
    // Our master's end: the connection is closed without a word.
    let mut served = serve();
    let connected = soon(link::msgpack::connect(served.stream, "ws://m", "/", login()))
        .await
        .unwrap();
    let (_, decide) = soon(served.guests.recv()).await.unwrap();
    decide.send(Err(failure("rejecting duplicate worker"))).unwrap();
    let accepted = soon(connected.accepted).await.unwrap();
    let Err(error @ ConnectError::Rejected { .. }) = accepted else {
        panic!("{accepted:?}")
    };
    assert!(error.to_string().contains("connected already"), "{error}");
    soon(connected.closed.cancelled()).await;
    soon(served.serving).await.unwrap();
}

#[tokio::test]
async fn a_master_that_goes_while_it_attaches_is_lost() {
    let (connected, mut master) = plain_master(login()).await;
    let connected = connected.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let worker = work(connected.end, folder.path());
    master.ask("print", 0, &[("message", "attached".into())]).await;
    assert_eq!(master.response(0).await, Ok(Value::None));
    drop(master);
    assert!(matches!(
        soon(connected.accepted).await.unwrap(),
        Err(ConnectError::Lost { .. })
    ));
    assert_eq!(soon(worker).await.unwrap(), worker::Ended::Lost);
}

#[tokio::test]
async fn an_empty_builder_list_is_an_attach_too() {
    let mut served = serve();
    let connected = soon(link::msgpack::connect(served.stream, "ws://m", "/", login()))
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let _worker = work(connected.end, folder.path());
    let (visitor, decide) = soon(served.guests.recv()).await.unwrap();
    let mut engine = Engine::new(visitor.end);
    engine.attach(&[]).await.unwrap();
    decide.send(Ok(())).unwrap();
    soon(connected.accepted).await.unwrap().unwrap();
    assert!(folder.path().join("info").is_dir());
}
