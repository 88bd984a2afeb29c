//! Who one is to a master: the sign-in, how long it holds, and when it is renewed.

pub mod cookie;
pub mod jwt;
mod sign_in;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cookie::Cookie;
use model::Time;
use reqwest::header::{HeaderMap, HeaderValue};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// How somebody signs in.
#[derive(Clone, PartialEq)]
pub enum Credentials {
    /// The master's own user and password.
    Password {
        /// Name.
        user: String,
        /// Password.
        password: String,
    },
    /// User and password of a proxy in front of the master; sent with every request.
    ProxyBasic {
        /// Name.
        user: String,
        /// Password.
        password: String,
    },
    /// A session that a browser made: its `TWISTED_SESSION`, or a whole `Cookie:` header.
    Cookie(String),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Credentials::Password { user, .. } => write!(f, "Password({user:?})"),
            Credentials::ProxyBasic { user, .. } => write!(f, "ProxyBasic({user:?})"),
            Credentials::Cookie(_) => f.write_str("Cookie"),
        }
    }
}

/// A sign-in that the master accepted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SignedIn {
    /// As the master knows them, if it says.
    pub user: Option<String>,
    /// When the session ends, if it says; it is renewed before when the password is known.
    pub expires: Option<Time>,
}

/// Where a sign-in stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Session {
    /// Nobody: what is open to all is read.
    #[default]
    SignedOut,
    /// Somebody.
    SignedIn(SignedIn),
    /// It ended and could not be renewed; what is open to all is read.
    RanOut(SignedIn),
}

/// A session is renewed when less than this part of its life is left, but not earlier than an hour before.
const LAST_PART: i64 = 5;
/// In ms.
const AN_HOUR: i64 = 3_600_000;

/// The state of one master's session.
#[derive(Default)]
pub(crate) struct Keeper {
    state: Mutex<State>,
    told: watch::Sender<Session>,
    /// Held while one of those who need it renews the session.
    pub(crate) renewing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    cookie: Option<Cookie>,
    /// `Authorization` for a proxy.
    proxy: Option<HeaderValue>,
    /// What renews the session.
    credentials: Option<Credentials>,
    /// From when on the session should be renewed.
    renew_at: Option<Time>,
    /// Counts sign-ins, so that one renewal serves all who found the same session ended.
    generation: u64,
}

impl Keeper {
    /// What goes with a request to the master.
    pub(crate) fn headers(&self, with_cookie: bool) -> HeaderMap {
        let state = self.lock();
        let mut headers = HeaderMap::new();
        if let Some(cookie) = state.cookie.as_ref().filter(|_| with_cookie) {
            headers.insert(reqwest::header::COOKIE, cookie.header());
        }
        if let Some(proxy) = &state.proxy {
            headers.insert(reqwest::header::AUTHORIZATION, proxy.clone());
        }
        headers
    }

    /// Which sign-in this is.
    pub(crate) fn generation(&self) -> u64 {
        self.lock().generation
    }

    /// Whether somebody is signed in.
    pub(crate) fn has_cookie(&self) -> bool {
        self.lock().cookie.is_some()
    }

    /// What renews the session; only a password can.
    pub(crate) fn renewal(&self) -> Option<Credentials> {
        let kept = self.lock().credentials.clone();
        kept.filter(|credentials| {
            matches!(
                credentials,
                Credentials::Password { .. } | Credentials::ProxyBasic { .. }
            )
        })
    }

    /// Whether the session should be renewed before it is used.
    pub(crate) fn is_due(&self, now: Time) -> bool {
        let due = self.lock().renew_at.is_some_and(|at| now >= at);
        due && self.renewal().is_some()
    }

    /// Somebody signed in.
    pub(crate) fn signed_in(&self, credentials: &Credentials, cookie: Option<Cookie>, signed_in: SignedIn, now: Time) {
        {
            let mut state = self.lock();
            state.renew_at = signed_in.expires.map(|end| {
                let life = end.since(now);
                end.plus_millis(-(life / LAST_PART).min(AN_HOUR))
            });
            if let Credentials::ProxyBasic { user, password } = credentials {
                state.proxy = basic(user, password);
            }
            state.cookie = cookie;
            state.credentials = Some(credentials.clone());
            state.generation += 1;
        }
        self.told.send_replace(Session::SignedIn(signed_in));
    }

    /// A proxy's password is tried.
    pub(crate) fn set_proxy(&self, header: Option<HeaderValue>) -> Option<HeaderValue> {
        std::mem::replace(&mut self.lock().proxy, header)
    }

    /// The master did not accept the session any more, if it is still this one.
    pub(crate) fn lapsed(&self, generation: u64, now: Time) {
        let renewable = self.renewal().is_some();
        {
            let mut state = self.lock();
            if state.generation != generation || state.cookie.is_none() {
                return;
            }
            state.cookie = None;
            state.renew_at = Some(now);
        }
        if !renewable {
            self.ran_out();
        }
    }

    /// The session ended and nothing renews it.
    pub(crate) fn ran_out(&self) {
        {
            let mut state = self.lock();
            state.cookie = None;
            state.credentials = None;
            state.renew_at = None;
            state.generation += 1;
        }
        self.told.send_if_modified(|told| match told {
            Session::SignedIn(was) => {
                *told = Session::RanOut(std::mem::take(was));
                true
            }
            _ => false,
        });
    }

    /// Forgets everything.
    pub(crate) fn sign_out(&self) {
        {
            let mut state = self.lock();
            let generation = state.generation + 1;
            *state = State {
                generation,
                ..State::default()
            };
        }
        self.told.send_replace(Session::SignedOut);
    }

    /// Where it stands, and each change of that.
    pub(crate) fn watch(&self) -> watch::Receiver<Session> {
        self.told.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `Authorization: Basic …`; `None` if it cannot be written, which base64 always can.
pub(crate) fn basic(user: &str, password: &str) -> Option<HeaderValue> {
    let text = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    let mut header = HeaderValue::from_str(&text).ok()?;
    header.set_sensitive(true);
    Some(header)
}
