//! A relay between workers and their master that cuts connections, and counts what each end holds of the other.

use bytes::BytesMut;
use spread::banana::{Decoder, Dialect, Element};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// Which end says something.
#[derive(Clone, Copy, Debug)]
enum Direction {
    FromWorker,
    FromMaster,
}

/// How often objects were passed that their receiver has not given back: of the master's, and of the worker's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub by_worker: i64,
    pub by_master: i64,
}

#[derive(Debug)]
struct Connection {
    held: Mutex<Held>,
    cut: CancellationToken,
}

/// Listens for workers and connects each of them to the master.
#[derive(Debug)]
pub struct Relay {
    pub address: SocketAddr,
    open: Arc<Mutex<Vec<Arc<Connection>>>>,
}

impl Relay {
    pub async fn start(master: u16) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let open = Arc::new(Mutex::new(Vec::new()));
        let connections = open.clone();
        tokio::spawn(async move {
            while let Ok((worker, _)) = listener.accept().await {
                tokio::spawn(carry(worker, master, connections.clone()));
            }
        });
        Relay { address, open }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Connection>>> {
        self.open.lock().expect("the connections")
    }

    /// Cuts the connection that `pick` points at; whether there was one.
    pub fn cut(&self, pick: u64) -> bool {
        let open = self.lock();
        match usize::try_from(pick).expect("64 bits").checked_rem(open.len()) {
            Some(at) => open[at].cut.cancel(),
            None => return false,
        }
        true
    }

    /// What is held over each connection that is open.
    pub fn held(&self) -> Vec<Held> {
        let of = |connection: &Arc<Connection>| *connection.held.lock().expect("the counts");
        self.lock().iter().map(of).collect()
    }
}

async fn carry(worker: TcpStream, master: u16, open: Arc<Mutex<Vec<Arc<Connection>>>>) {
    let Ok(master) = TcpStream::connect(("127.0.0.1", master)).await else {
        return;
    };
    let connection = Arc::new(Connection {
        held: Mutex::default(),
        cut: CancellationToken::new(),
    });
    open.lock().expect("the connections").push(connection.clone());
    let (from_worker, to_worker) = worker.into_split();
    let (from_master, to_master) = master.into_split();
    tokio::select! {
        () = pass(from_worker, to_master, &connection, Direction::FromWorker) => {}
        () = pass(from_master, to_worker, &connection, Direction::FromMaster) => {}
        () = connection.cut.cancelled() => {}
    }
    open.lock()
        .expect("the connections")
        .retain(|other| !Arc::ptr_eq(other, &connection));
}

/// Passes on what one end says, counting.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, connection: &Connection, direction: Direction) {
    let mut decoder = Decoder::new(Dialect::Pb);
    let mut unread = BytesMut::new();
    let mut chunk = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut chunk).await {
        unread.extend_from_slice(&chunk[..length]);
        while let Some(expression) = decoder.feed(&mut unread).expect("it is banana") {
            let mut held = connection.held.lock().expect("the counts");
            count(&expression, direction, &mut held);
        }
        if to.write_all(&chunk[..length]).await.is_err() {
            return;
        }
    }
}

fn count(expression: &Element, direction: Direction, held: &mut Held) {
    let Element::List(parts) = expression else {
        return;
    };
    let word = |word: &str| matches!(parts.first(), Some(Element::Bytes(bytes)) if bytes == word);
    match (parts.as_slice(), direction) {
        ([_, Element::Int(_)], Direction::FromWorker) if word("decref") => held.by_worker -= 1,
        ([_, Element::Int(_)], Direction::FromMaster) if word("decref") => held.by_master -= 1,
        ([_, Element::Int(_)], Direction::FromWorker) if word("remote") => held.by_master += 1,
        ([_, Element::Int(_)], Direction::FromMaster) if word("remote") => held.by_worker += 1,
        (parts, _) => parts.iter().for_each(|part| count(part, direction, held)),
    }
}
