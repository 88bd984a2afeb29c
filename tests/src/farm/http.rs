//! As much of HTTP/1.1 as clients of a master need.

use super::query::Query;
use super::{Shared, lock, routes, socket};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Longest head of a request.
const LONGEST: usize = 64 << 10;

/// A request without its body.
struct Head {
    method: String,
    path: String,
    query: String,
    key: Option<String>,
    length: usize,
}

/// Serves one connection until it ends.
pub async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let mut unread = Vec::new();
    let mut lately = VecDeque::new();
    while let Some(head) = next(&mut stream, &mut unread).await {
        lock(&shared.asked).requests += 1;
        tokio::time::sleep(shared.knobs.latency).await;
        if let ("/ws", Some(key), false) = (head.path.as_str(), &head.key, shared.knobs.no_events) {
            return socket::serve(stream, key, shared).await;
        }
        let (status, body) = answer(&shared, &head, &mut lately);
        if write(&mut stream, &shared, status, &body).await.is_none() {
            return;
        }
    }
}

/// The next request; none when the other end is done. Its body is read and left aside.
async fn next(stream: &mut TcpStream, unread: &mut Vec<u8>) -> Option<Head> {
    loop {
        if let Some(end) = unread.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = read(&String::from_utf8_lossy(&unread[..end]))?;
            let all = end + 4 + head.length;
            while unread.len() < all {
                more(stream, unread).await?;
            }
            unread.drain(..all);
            return Some(head);
        }
        more(stream, unread).await?;
    }
}

async fn more(stream: &mut TcpStream, unread: &mut Vec<u8>) -> Option<()> {
    match stream.read_buf(unread).await {
        Ok(1..) if unread.len() < LONGEST => Some(()),
        _ => None,
    }
}

fn read(text: &str) -> Option<Head> {
    let mut lines = text.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let field = |wanted: &str| {
        let of_name = |line: &str| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned())
        };
        text.split("\r\n").find_map(of_name)
    };
    Some(Head {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        key: field("sec-websocket-key"),
        length: field("content-length")
            .and_then(|length| length.parse().ok())
            .unwrap_or(0),
    })
}

fn answer(shared: &Shared, head: &Head, lately: &mut VecDeque<Instant>) -> (u16, Value) {
    let query = Query::read(&head.query);
    if let Some(refusal) = refuse(shared, head, &query, lately) {
        lock(&shared.asked).refused += 1;
        return refusal;
    }
    let state = lock(&shared.state);
    match (head.method.as_str(), head.path.strip_prefix("/api/v2")) {
        ("GET", Some("")) => (200, json!({"rootlinks": [{"name": "builders"}], "meta": {"total": 1}})),
        ("GET", Some(path)) => routes::answer(&state, path.trim_start_matches('/'), &query),
        ("POST", Some(_)) => {
            let error = json!({"code": -32601, "message": "action: not made up"});
            (501, json!({"jsonrpc": "2.0", "id": 1, "error": error}))
        }
        ("GET", None) if head.path == "/config" => (200, state.config()),
        ("GET", None) if head.path == "/api" => (200, json!({"api_versions": {"v2": "/api/v2"}})),
        _ => (404, json!({"error": "there is no such page"})),
    }
}

fn refuse(shared: &Shared, head: &Head, query: &Query, lately: &mut VecDeque<Instant>) -> Option<(u16, Value)> {
    let bare = ["/api/v2/builds", "/api/v2/changes", "/api/v2/buildsets"];
    if shared.knobs.refuses_bare_lists && query.is_empty() && bare.contains(&head.path.as_str()) {
        return Some((403, json!({"error": "ask for less"})));
    }
    let most = shared.knobs.requests_per_minute?;
    let now = Instant::now();
    while lately.front().is_some_and(|then| now - *then > Duration::from_secs(60)) {
        lately.pop_front();
    }
    lately.push_back(now);
    (lately.len() > most).then(|| (429, json!({"error": "too many requests"})))
}

async fn write(stream: &mut TcpStream, shared: &Shared, status: u16, body: &Value) -> Option<()> {
    let body = body.to_string();
    let reason = match status {
        200 => "OK",
        403 => "Forbidden",
        404 => "Not Found",
        429 => "Too Many Requests\r\nRetry-After: 2",
        _ => "Not Implemented",
    };
    let date = jiff::Timestamp::from_second(lock(&shared.state).now()).expect("a date");
    let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT");
    let head = format!(
        "HTTP/1.1 {status} {reason}\r\nDate: {date}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    lock(&shared.asked).bytes += u64::try_from(head.len() + body.len()).unwrap_or(0);
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(body.as_bytes()).await.ok()
}
