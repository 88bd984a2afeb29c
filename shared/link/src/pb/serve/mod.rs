//! The master's end (`worker-protocol-pb` §1, §10): lets workers in by the door, and calls them; and lets in who brings a
//! change to be tried (`try-and-sendchange` §1).

mod calls;
mod command;
mod file;
mod perspective;
mod tries;
mod update;
mod worker;

pub use tries::{Happening, Taken, TryDesk};

use super::MARK;
use super::failure::to_spread;
use crate::{Door, Guest, Visitor};
use perspective::Perspective;
use spread::login::Portal;
use spread::{BoxFuture, Closed, Failure, Object, Options, Reference};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;
use wire::worker::link::{End, pair};

/// Serves whoever is at the other end of `stream`, until it goes or `stop` is cancelled. Who may come in, and what it
/// is there for, `door` decides. `from` is for messages.
pub async fn serve<S>(stream: S, from: Option<SocketAddr>, door: Arc<dyn Door>, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let gone = CancellationToken::new();
    let _gone = gone.clone().drop_guard();
    let entrance = Arc::new(Entrance {
        door,
        from,
        gone,
        turned_away: CancellationToken::new(),
        inside: AtomicBool::new(false),
    });
    let root = spread::login::root(entrance.clone());
    let options = Options {
        mark: Some(MARK),
        ..Options::default()
    };
    let (_, driving) = spread::server(stream, root, options);
    let from = from.map_or_else(|| "somebody".to_owned(), |from| from.to_string());
    tokio::select! {
        reason = driving => match reason {
            Closed::Here | Closed::There => tracing::debug!(%from, "a worker's connection is over: {reason}"),
            _ => tracing::warn!(%from, "a worker's connection is over: {reason}"),
        },
        () = stop.cancelled() => tracing::debug!(%from, "a worker's connection is over: the port is closed"),
        () = entrance.is_left_outside() => tracing::debug!(%from, "who was turned away has not left"),
    }
}

/// What stands between the login and the door.
struct Entrance {
    door: Arc<dyn Door>,
    from: Option<SocketAddr>,
    /// The connection is over.
    gone: CancellationToken,
    /// Somebody came with a wrong name or password,
    turned_away: CancellationToken,
    /// or with the right ones.
    inside: AtomicBool,
}

/// Whoever is turned away and still there after this is hung up on: Buildbot's `try` waits for that, without a word.
const PARTING: Duration = Duration::from_secs(3);

impl Entrance {
    /// Resolves when somebody was turned away who neither leaves nor finds the right password.
    async fn is_left_outside(&self) {
        self.turned_away.cancelled().await;
        tokio::time::sleep(PARTING).await;
        if self.inside.load(Ordering::Relaxed) {
            std::future::pending().await
        }
    }

    async fn let_in(&self, name: &str, bot: Option<Reference>) -> Result<Arc<dyn Object>, Failure> {
        let Some(bot) = bot else {
            return Err(Failure::bad_arguments(
                "a worker logs in with an object that its master can call; pass one to respond()",
            ));
        };
        let connection = bot.connection().clone();
        let (end, End { caller, inbox }) = pair();
        let session = CancellationToken::new();
        // A login that fails or is given up is the end of the session.
        let ends = session.clone().drop_guard();
        let carrying = calls::carry(inbox, caller.clone(), bot);
        let over = CancellationToken::new();
        tokio::spawn({
            let (connection, over) = (connection.clone(), over.clone());
            async move {
                tokio::select! {
                    () = carrying => {}
                    () = session.cancelled() => {}
                    _ = connection.closed() => {}
                }
                over.cancel();
            }
        });
        let visitor = Visitor {
            name: name.to_owned(),
            from: self.from,
            end,
        };
        self.door.attach(visitor).await.map_err(to_spread)?;
        // From now on a master that hangs up hangs up on the network as well.
        tokio::spawn(async move {
            over.cancelled().await;
            connection.close();
        });
        Ok(Arc::new(Perspective::new(caller, ends)))
    }
}

impl Portal for Entrance {
    fn password<'a>(&'a self, user: &'a str) -> BoxFuture<'a, Option<String>> {
        self.door.password(user)
    }

    fn refused(&self, user: &str) {
        self.door.refused(user, self.from);
        self.turned_away.cancel();
    }

    fn enter<'a>(&'a self, user: &'a str, mind: Option<Reference>) -> BoxFuture<'a, Result<Arc<dyn Object>, Failure>> {
        self.inside.store(true, Ordering::Relaxed);
        match self.door.guest(user) {
            Guest::Worker => Box::pin(self.let_in(user, mind)),
            Guest::Try(desk) => {
                let perspective = tries::perspective(desk, self.gone.clone());
                Box::pin(async { Ok(perspective) })
            }
        }
    }
}
