//! A master's desk that asks the test.

use super::super::wire::PATIENCE;
use link::address::Address;
use link::pb::tries::{Submitted, TryLogin, TryNews, TryTarget};
use link::pb::{Happening, Taken, TryDesk};
use link::{Door, DoorFuture, Guest, Visitor};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use wire::try_job::TryJob;
use wire::worker::Failure;

/// Longer than anything here takes.
pub const LIMIT: Duration = Duration::from_secs(30);

/// Whom the door knows.
pub fn alice() -> TryLogin {
    login("wonder")
}

pub fn login(password: &str) -> TryLogin {
    TryLogin {
        user: "alice".to_owned(),
        password: password.to_owned(),
    }
}

pub fn target(port: u16) -> TryTarget {
    TryTarget {
        address: Address::tcp("127.0.0.1", port),
        proxy: None,
    }
}

/// A scheduler with the builders `a` and `b`: a request of `a` has the number 1, of `b` 2.
pub struct Desk {
    pub jobs: mpsc::UnboundedSender<TryJob>,
    /// What becomes of the next jobs, in order.
    pub news: Mutex<Vec<mpsc::UnboundedReceiver<Happening>>>,
}

impl Desk {
    pub fn new() -> (Arc<Desk>, mpsc::UnboundedReceiver<TryJob>) {
        let (jobs, given) = mpsc::unbounded_channel();
        let news = Mutex::default();
        (Arc::new(Desk { jobs, news }), given)
    }

    /// The way to tell what becomes of a job that comes.
    pub fn expects(&self) -> mpsc::UnboundedSender<Happening> {
        let (tell, told) = mpsc::unbounded_channel();
        self.news.lock().unwrap().push(told);
        tell
    }
}

impl TryDesk for Desk {
    fn builder_names(&self) -> Vec<String> {
        vec!["a".to_owned(), "b".to_owned()]
    }

    fn submit(&self, job: TryJob) -> DoorFuture<'_, Result<Option<Taken>, Failure>> {
        Box::pin(async move {
            let known = self.builder_names();
            let refused = !job.builders.iter().all(|builder| known.contains(builder));
            let broken = job.comment == "break";
            let stalled = job.comment == "stall";
            self.jobs.send(job).unwrap();
            if stalled {
                std::future::pending::<()>().await;
            }
            if broken {
                return Err(Failure {
                    kind: "builtins.RuntimeError".to_owned(),
                    message: "no room".to_owned(),
                });
            }
            if refused {
                return Ok(None);
            }
            let mut news = self.news.lock().unwrap();
            Ok(Some(Taken {
                requests: vec![(1, "a".to_owned()), (2, "b".to_owned())],
                news: if news.is_empty() {
                    mpsc::unbounded_channel().1
                } else {
                    news.remove(0)
                },
            }))
        })
    }
}

/// A door that knows Alice, who brings changes, and `worker`, who builds; both with the same password.
pub struct Entrance(pub Arc<Desk>);

impl Door for Entrance {
    fn password<'a>(&'a self, name: &'a str) -> DoorFuture<'a, Option<String>> {
        Box::pin(async move { ["alice", "worker"].contains(&name).then(|| "wonder".to_owned()) })
    }

    fn refused(&self, _name: &str, _from: Option<SocketAddr>) {}

    fn guest(&self, name: &str) -> Guest {
        match name {
            "alice" => Guest::Try(self.0.clone()),
            _ => Guest::Worker,
        }
    }

    fn attach(&self, _visitor: Visitor) -> DoorFuture<'_, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }
}

/// A master with such a desk, until the token is dropped.
pub struct Open {
    pub port: u16,
    pub desk: Arc<Desk>,
    pub jobs: mpsc::UnboundedReceiver<TryJob>,
    pub stop: CancellationToken,
}

impl Open {
    pub async fn new() -> Open {
        let (desk, jobs) = Desk::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let stop = CancellationToken::new();
        tokio::spawn({
            let (desk, stop) = (desk.clone(), stop.clone());
            async move {
                while let Ok((stream, from)) = listener.accept().await {
                    let door = Arc::new(Entrance(desk.clone()));
                    tokio::spawn(link::pb::serve(stream, Some(from), door, stop.clone()));
                }
            }
        });
        Open { port, desk, jobs, stop }
    }

    pub fn target(&self) -> TryTarget {
        target(self.port)
    }

    pub async fn job(&mut self) -> TryJob {
        let job = tokio::time::timeout(PATIENCE, self.jobs.recv()).await;
        job.expect("no job came").unwrap()
    }
}

/// The next news, which must come soon.
pub async fn next(submitted: &mut Submitted) -> Option<TryNews> {
    let news = tokio::time::timeout(PATIENCE, submitted.next()).await;
    news.expect("no news")
}
