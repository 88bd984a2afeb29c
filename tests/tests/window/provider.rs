//! A closed master whose people sign in at a provider: as much of both as a sign-in takes.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Sessions of nobody and of `ann`, as the master signs them.
const NOBODY: &str =
    "eyJhbGciOiAiSFMyNTYifQ.eyJ1c2VyX2luZm8iOiB7ImFub255bW91cyI6IHRydWV9LCAiZXhwIjogOTk5OTk5OTk5OX0.c2ln";
const ANN: &str = "eyJhbGciOiAiSFMyNTYifQ.eyJ1c2VyX2luZm8iOiB7InVzZXJuYW1lIjogImFubiJ9LCAiZXhwIjogOTk5OTk5OTk5OX0.c2ln";

/// The master below `/ci/` and the provider below `/provider`, on one port.
pub struct Provider {
    port: u16,
    visits: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    /// Starts both; they end with the test.
    pub async fn start() -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let visits = Arc::new(Mutex::new(Vec::new()));
        let noted = visits.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, port, noted.clone()));
            }
        });
        Provider { port, visits }
    }

    /// Address of the master's pages.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/ci/", self.port)
    }

    /// The sign-in pages that were visited, in order.
    pub fn visits(&self) -> Vec<String> {
        self.visits.lock().expect("nobody broke off with it").clone()
    }
}

/// One request on each connection.
async fn answer(mut stream: TcpStream, port: u16, visits: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1)?;
    if path.contains("auth/login") || path.starts_with("/provider") {
        visits.lock().expect("nobody broke off with it").push(path.to_owned());
    }
    let (status, headers, body) = page(path, head.contains(ANN), port);
    let length = body.len();
    let answer = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}");
    stream.write_all(answer.as_bytes()).await.ok()
}

/// Status, headers and body.
fn page(path: &str, signed_in: bool, port: u16) -> (&'static str, String, String) {
    let html = "Content-Type: text/html\r\n".to_owned();
    let json = "Content-Type: application/json\r\n".to_owned();
    let moved = |to: &str, session: &str| {
        let cookie = format!("Set-Cookie: TWISTED_SESSION={session}; Path=/\r\n");
        ("302 Found", format!("Location: {to}\r\n{cookie}"), String::new())
    };
    let path_alone = path.split('?').next().unwrap_or(path);
    match path_alone {
        "/ci/auth/login" if path.contains("code=") => moved("/ci/", ANN),
        "/ci/auth/login" => moved(&format!("http://localhost:{port}/provider"), NOBODY),
        "/provider" => {
            let back = format!("http://127.0.0.1:{port}/ci/auth/login?code=1");
            (
                "200 OK",
                html,
                format!("<meta http-equiv=refresh content='0;url={back}'>"),
            )
        }
        "/ci/config" => {
            let user = if signed_in {
                r#"{"username":"ann"}"#
            } else {
                r#"{"anonymous":true}"#
            };
            let rest = r#""title":"Closed CI","auth":{"name":"GitHub","oauth2":true},"versions":[["Python","3.11"],["Buildbot","4.3.0"]]"#;
            (
                "200 OK",
                json,
                format!(r#"{{{rest},"user":{user},"buildbotURL":"http://127.0.0.1:{port}/ci/"}}"#),
            )
        }
        _ if path.starts_with("/ci/api/v2/") && !signed_in => (
            "403 Forbidden",
            json,
            r#"{"error":"you need to have role 'readers'"}"#.to_owned(),
        ),
        _ if path.starts_with("/ci/api/v2/") => {
            let plural = path_alone.rsplit('/').next().unwrap_or("");
            ("200 OK", json, format!(r#"{{"{plural}":[],"meta":{{"total":0}}}}"#))
        }
        "/ci/" => ("200 OK", html, "<title>Closed CI</title>".to_owned()),
        _ => ("404 Not Found", html, String::new()),
    }
}
