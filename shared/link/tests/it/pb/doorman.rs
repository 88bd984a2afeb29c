//! A door that asks the test.

use super::wire::PATIENCE;
use link::{Door, DoorFuture, Visitor};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use wire::worker::Failure;

/// A door with a person behind it, who decides in the test.
pub struct Doorman {
    visitors: mpsc::UnboundedSender<Knock>,
    refused: mpsc::UnboundedSender<String>,
}

/// Someone at the door, and what is said to them.
pub struct Knock {
    pub visitor: Visitor,
    pub say: oneshot::Sender<Result<(), Failure>>,
}

/// What reaches the person.
pub struct Heard {
    pub visitors: mpsc::UnboundedReceiver<Knock>,
    pub refused: mpsc::UnboundedReceiver<String>,
}

impl Doorman {
    pub fn new() -> (Arc<Doorman>, Heard) {
        let (visitors, knocks) = mpsc::unbounded_channel();
        let (refused, turned_away) = mpsc::unbounded_channel();
        let heard = Heard {
            visitors: knocks,
            refused: turned_away,
        };
        (Arc::new(Doorman { visitors, refused }), heard)
    }
}

impl Heard {
    pub async fn visitor(&mut self) -> Knock {
        let knock = tokio::time::timeout(PATIENCE, self.visitors.recv()).await;
        knock.expect("nobody knocked").unwrap()
    }
}

impl Door for Doorman {
    fn password<'a>(&'a self, name: &'a str) -> DoorFuture<'a, Option<String>> {
        Box::pin(async move { (name == "w-pb").then(|| "s3cret".to_owned()) })
    }

    fn refused(&self, name: &str, _from: Option<SocketAddr>) {
        self.refused.send(name.to_owned()).unwrap();
    }

    fn attach(&self, visitor: Visitor) -> DoorFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            let (say, said) = oneshot::channel();
            self.visitors.send(Knock { visitor, say }).unwrap();
            said.await.expect("the person went away")
        })
    }
}
