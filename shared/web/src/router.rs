//! Puts the parts together under one gate.

use crate::access::{Gate, check};
use crate::claims;
use crate::commands::{self, Commands};
use crate::live::{self, Hub, Streams};
use crate::page::{self, FrontEnd};
use crate::rest;
use crate::rest::Site;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{any, get, post};
use master::Master;
use std::sync::Arc;
use store::Store;

/// The longest input of a command; a draft of a configuration fits many times.
const LONGEST_INPUT: usize = 16 << 20;

/// What the router serves.
pub struct Setup {
    /// Takes orders and tells events.
    pub master: Master,
    /// Is read.
    pub store: Store,
    /// The page's files.
    pub front_end: FrontEnd,
    /// `app`'s commands.
    pub commands: Arc<dyn Commands>,
    /// Who may do what; its one-time tokens sign browsers in.
    pub gate: Gate,
}

/// What handlers share.
#[derive(Clone)]
pub struct State {
    pub(crate) master: Master,
    pub(crate) store: Store,
    pub(crate) front_end: Arc<FrontEnd>,
    pub(crate) commands: Arc<dyn Commands>,
    pub(crate) hub: Hub,
    pub(crate) streams: Streams,
}

impl State {
    /// What a read needs besides the store.
    pub(crate) fn site(&self) -> Site {
        Site {
            master: self.master.catalog().master,
            config: self.master.config(),
            logs: self.store.logs().clone(),
        }
    }
}

/// The whole HTTP face; see the crate's documentation. Begins to follow the master's events, so it must be called
/// within a Tokio runtime.
pub fn router(setup: Setup) -> Router {
    let hub = Hub::default();
    let events = setup.master.subscribe();
    tokio::spawn(live::pump(
        setup.master.clone(),
        setup.store.clone(),
        events,
        hub.clone(),
    ));
    let state = State {
        master: setup.master,
        store: setup.store,
        front_end: Arc::new(setup.front_end),
        commands: setup.commands,
        hub,
        streams: Streams::default(),
    };
    Router::new()
        .route("/api", get(rest::versions))
        .route("/config", get(rest::config))
        .route("/api/v2", any(rest::serve))
        .route("/api/v2/", any(rest::serve))
        .route("/api/v2/{*path}", any(rest::serve))
        .route("/api/latest", any(rest::serve))
        .route("/api/latest/", any(rest::serve))
        .route("/api/latest/{*path}", any(rest::serve))
        .route("/ws", any(live::open_socket))
        .route("/ws/", any(live::open_socket))
        .route("/ws/{*path}", any(live::open_socket))
        .route("/sse/add", get(live::sse_add))
        .route("/sse/add/", get(live::sse_add))
        .route("/sse/add/{*path}", get(live::sse_add))
        .route("/sse/remove", get(live::sse_remove))
        .route("/sse/remove/", get(live::sse_remove))
        .route("/sse/remove/{*path}", get(live::sse_remove))
        .route("/sse/{*path}", get(live::sse_listen))
        .route("/api/outpost/v1", get(commands::discover))
        .route("/api/outpost/v1/claims", get(claims::read).post(claims::order))
        .route("/api/outpost/v1/call/{name}", post(commands::call))
        .route("/api/outpost/v1/events", any(commands::events))
        .fallback(page::serve)
        .layer(DefaultBodyLimit::max(LONGEST_INPUT))
        .layer(middleware::from_fn_with_state(setup.gate, check))
        .with_state(state)
}
