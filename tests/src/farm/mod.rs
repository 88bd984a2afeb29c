//! Made-up Buildbot masters that speak REST v2 and `/ws` in the shapes that real ones were seen to speak: as many of them
//! as are wanted, as busy as is wanted, with the peculiarities of large installations.

mod http;
mod query;
mod routes;
mod rows;
mod socket;
mod state;

use state::State;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinHandle};

/// How a made-up master differs from a plain one.
#[derive(Clone, Debug, Default)]
pub struct Knobs {
    /// Lists are refused with 403 when nothing is asked of them.
    pub refuses_bare_lists: bool,
    /// More requests than this in a minute are answered with 429.
    pub requests_per_minute: Option<usize>,
    /// `/ws` and `/sse` are not let through by the proxy in front.
    pub no_events: bool,
    /// Its clock is so many seconds behind.
    pub behind: i64,
    /// Every answer waits so long.
    pub latency: Duration,
    /// Lines of the log of a red build, with its one error a thousand lines before the end; a few where it is 0.
    pub long_log: usize,
    /// What each log says instead, as HTML; empty where logs are of a compiler.
    pub html_log: String,
    /// What builders are called; `builder 1`, `builder 2` and so on where it ends.
    pub names: Vec<String>,
}

/// What a master was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Requests over HTTP, those for events too.
    pub requests: u64,
    /// Of these, refused as too many or as bare lists.
    pub refused: u64,
    /// Frames that were sent, over all connections.
    pub frames: u64,
    /// Bytes of answers and frames.
    pub bytes: u64,
}

/// A made-up master.
pub struct MadeUp {
    shared: Arc<Shared>,
    address: SocketAddr,
    listening: JoinHandle<()>,
}

/// What connections work on.
struct Shared {
    state: Mutex<State>,
    asked: Mutex<Asked>,
    open: Mutex<Vec<AbortHandle>>,
    knobs: Knobs,
}

impl MadeUp {
    /// Starts one with so many builders, each with one green build.
    pub async fn start(title: &str, builders: i64, knobs: Knobs) -> MadeUp {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(title, builders, &knobs, address)),
            asked: Mutex::default(),
            open: Mutex::default(),
            knobs,
        });
        let listening = tokio::spawn(listen(listener, shared.clone()));
        MadeUp {
            shared,
            address,
            listening,
        }
    }

    /// Address of its pages.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Asked {
        *lock(&self.shared.asked)
    }

    /// Connections that listen to events now.
    pub fn listeners(&self) -> usize {
        self.state().listeners()
    }

    /// Begins a build, with the events before it; its `buildid`. The author is who made the change that it has.
    pub fn begin(&self, builder: i64, author: Option<&str>) -> i64 {
        self.state().begin(builder, author)
    }

    /// A build says in words what it does.
    pub fn says(&self, build: i64, words: &str) {
        self.state().says(build, words);
    }

    /// Ends a build, with the events after it.
    pub fn end(&self, build: i64, results: u8) {
        self.state().end(build, results);
    }

    /// Sends a frame as it is to all that listen, however wrong.
    pub fn tell(&self, frame: &str) {
        self.state().send(frame.to_owned());
    }

    /// Cuts all connections without a word.
    pub fn cut(&self) {
        let open = std::mem::take(&mut *lock(&self.shared.open));
        open.iter().for_each(AbortHandle::abort);
        self.state().let_go();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.shared.state)
    }
}

impl Drop for MadeUp {
    fn drop(&mut self) {
        self.listening.abort();
        self.cut();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nobody broke off with it")
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        // Events are small and must not wait for more of them.
        let _ = stream.set_nodelay(true);
        let connection = tokio::spawn(http::serve(stream, shared.clone()));
        let mut open = lock(&shared.open);
        open.retain(|other| !other.is_finished());
        open.push(connection.abort_handle());
    }
}
