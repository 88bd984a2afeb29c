//! The check that every request passes first.

use super::{Access, Caller, Peer, host, origin, session};
use crate::answer;
use crate::commands::CommandError;
use axum::Json as Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use session::{Exchange, Sessions};
use std::sync::Arc;
use std::time::Instant;

/// How a browser gets a session.
const HOW: &str = "Open the page from Outpost's menu, or by a fresh link that `outpost run` prints.";

/// The access rules with the sessions. Clones share them.
#[derive(Clone, Debug)]
pub struct Gate {
    access: Arc<Access>,
    sessions: Arc<Sessions>,
}

impl Gate {
    /// A gate whose sessions end with the process.
    pub fn new(access: Access) -> Gate {
        Gate {
            access: Arc::new(access),
            sessions: Arc::default(),
        }
    }

    /// A gate whose sessions are kept in a file, so that a page that is open goes on after a restart.
    pub fn remembering(access: Access, file: std::path::PathBuf) -> Gate {
        Gate {
            access: Arc::new(access),
            sessions: Arc::new(Sessions::kept_in(file)),
        }
    }

    /// A token for a link `http://HOST:PORT/PAGE?token=…` that signs a browser in, once. A few unused ones are kept.
    pub fn one_time_token(&self) -> String {
        self.sessions.token()
    }

    fn caller(&self, headers: &HeaderMap) -> Caller {
        let wanted = cookie_name(headers);
        let session = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .any(|(name, value)| name == wanted && self.sessions.knows(value));
        if session { Caller::SignedIn } else { Caller::Guest }
    }

    /// Turns the token of a one-time link into a cookie, and leads to the page without the token in its address.
    fn sign_in(&self, token: &str, uri: &Uri, headers: &HeaderMap) -> Response {
        let page = without_token(uri);
        match self.sessions.exchange(token, Instant::now()) {
            Exchange::Session(secret) => {
                let cookie = format!("{}={secret}; Path=/; HttpOnly; SameSite=Strict", cookie_name(headers));
                let headers = [(header::SET_COOKIE, cookie.as_str()), (header::LOCATION, page.as_str())];
                (StatusCode::SEE_OTHER, headers).into_response()
            }
            Exchange::Wrong if self.caller(headers).is_owner() => {
                (StatusCode::SEE_OTHER, [(header::LOCATION, page)]).into_response()
            }
            Exchange::Wrong => answer::sentence(
                StatusCode::FORBIDDEN,
                &format!("This link was used before, or is not of this run. {HOW}"),
            ),
            Exchange::TooMany => answer::sentence(
                StatusCode::TOO_MANY_REQUESTS,
                "Too many wrong links were tried. Wait a minute and try again.",
            ),
        }
    }
}

/// Cookies do not tell ports apart, and there may be several residents on a machine.
fn cookie_name(headers: &HeaderMap) -> String {
    let port = host_of(headers).and_then(host::port).unwrap_or("0");
    format!("outpost_session_{port}")
}

fn host_of(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
}

/// Lets a request through with its [`Caller`] as an extension, or refuses it.
pub async fn check(
    State(gate): State<Gate>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    let caller = match peer {
        Peer::Socket { same_user: true } => Caller::Local,
        Peer::Socket { same_user: false } => {
            return answer::sentence(StatusCode::FORBIDDEN, "This socket is another user's.");
        }
        Peer::Network(_) => match at_the_door(&gate, &request) {
            Ok(caller) => caller,
            Err(refusal) => return *refusal,
        },
    };
    request.extensions_mut().insert(caller);
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = next.run(request).await;
    if let Some(origin) = origin {
        allow_origin(&mut response, &origin);
    }
    response
}

/// Who a TCP request is from, once `Host`, `Origin` and the openness of its path are in order.
fn at_the_door(gate: &Gate, request: &Request) -> Result<Caller, Box<Response>> {
    let headers = request.headers();
    let host = host_of(headers).filter(|host| host::is_ours(host, &gate.access.hosts));
    if host.is_none() {
        return Err(Box::new(answer::sentence(
            StatusCode::FORBIDDEN,
            "This server is not known by that host name. Use 127.0.0.1 or localhost, or add the name to its settings.",
        )));
    }
    let path = request.uri().path();
    if let Some(origin) = headers.get(header::ORIGIN) {
        let origin = origin.to_str().unwrap_or_default();
        if !origin::is_allowed(origin, host, &gate.access.origins) {
            return Err(Box::new(invalid_origin(request.method(), path)));
        }
    }
    if is_page(path)
        && let Some(token) = token_of(request.uri().query())
    {
        return Err(Box::new(gate.sign_in(token, request.uri(), headers)));
    }
    let caller = gate.caller(headers);
    if caller.is_owner() || may_guest(gate, path) {
        Ok(caller)
    } else {
        Err(Box::new(sign_in_first(path)))
    }
}

fn token_of(query: Option<&str>) -> Option<&str> {
    query?.split('&').find_map(|pair| pair.strip_prefix("token="))
}

/// The address of the page, which is on this server whatever the path is, with the rest of its query.
fn without_token(uri: &Uri) -> String {
    let path = uri.path().trim_start_matches(['/', '\\']);
    let kept = uri.query().unwrap_or_default().split('&');
    let kept: Vec<&str> = kept
        .filter(|pair| !pair.is_empty() && !pair.starts_with("token="))
        .collect();
    let mark = if kept.is_empty() { "" } else { "?" };
    format!("/{path}{mark}{}", kept.join("&"))
}

/// Whether `path` is `root` or below it.
fn is_under(path: &str, root: &str) -> bool {
    path.strip_prefix(root)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether `path` is the front end's.
fn is_page(path: &str) -> bool {
    !["/api", "/ws", "/sse", "/config"]
        .iter()
        .any(|root| is_under(path, root))
}

/// Whether `path` needs no session.
fn may_guest(gate: &Gate, path: &str) -> bool {
    if is_under(path, "/api/outpost") {
        path == "/api/outpost/v1" || (gate.access.open && path == "/api/outpost/v1/claims")
    } else {
        gate.access.open || is_page(path)
    }
}

fn sign_in_first(path: &str) -> Response {
    let message = "This needs the owner's session.";
    let hint = HOW;
    if path.starts_with("/api/outpost") {
        (StatusCode::UNAUTHORIZED, refusal(message, hint)).into_response()
    } else {
        let error = json!({"error": format!("{message} {hint}")});
        (StatusCode::FORBIDDEN, answer::plain_json(&error)).into_response()
    }
}

fn refusal(message: &str, hint: &str) -> Body<CommandError> {
    Body(CommandError {
        code: "forbidden".into(),
        message: message.into(),
        hint: Some(hint.into()),
        fields: Default::default(),
    })
}

/// The two shapes of Buildbot's answer, and ours for our own paths.
fn invalid_origin(method: &Method, path: &str) -> Response {
    let message = "invalid origin";
    if path.starts_with("/api/outpost") {
        let hint = "Open the page at the address that this server prints.";
        return (StatusCode::FORBIDDEN, refusal(message, hint)).into_response();
    }
    let error = if method == Method::POST {
        json!({"error": {"message": message}})
    } else {
        json!({"error": message})
    };
    (StatusCode::BAD_REQUEST, answer::plain_json(&error)).into_response()
}

fn allow_origin(response: &mut Response, origin: &HeaderValue) {
    let lower = origin.to_str().unwrap_or_default().to_ascii_lowercase();
    if let Ok(value) = HeaderValue::from_str(&lower) {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("Content-Type"),
        );
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
}
