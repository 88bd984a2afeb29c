//! A network between a client and a server on this machine that can be cut, that can fall silent, and that notes what is
//! asked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The longest line that may be a request's first.
const LINE: usize = 8 << 10;

/// What it does with what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Carries it.
    Open,
    /// Keeps it, and lets neither end know.
    Silent,
    /// Ends connections, and takes no new ones.
    Cut,
}

/// A network to one server.
pub struct Wire {
    address: SocketAddr,
    way: watch::Sender<Way>,
    listening: JoinHandle<()>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Wire {
    /// One to a port of this machine.
    pub async fn to(port: u16) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (way, seen) = watch::channel(Way::Open);
        let asked = Arc::default();
        let noted = Arc::clone(&asked);
        let listening = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, port, seen.clone(), Requests::noted(&noted)));
            }
        });
        Wire {
            address,
            way,
            listening,
            asked,
        }
    }

    /// Where clients reach the server by it.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// What was asked of the server since this began, the oldest first: `GET /api/v2/builders?limit=1`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("what was asked").clone()
    }

    /// Ends all connections; new ones end at once.
    pub fn cut(&self) {
        self.way.send_replace(Way::Cut);
    }

    /// Carries nothing more, and ends nothing.
    pub fn fall_silent(&self) {
        self.way.send_replace(Way::Silent);
    }

    /// Carries again.
    pub fn mend(&self) {
        self.way.send_replace(Way::Open);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.listening.abort();
        self.cut();
    }
}

async fn carry(near: TcpStream, port: u16, way: watch::Receiver<Way>, mut requests: Requests) {
    if *way.borrow() == Way::Cut {
        return;
    }
    let Ok(far) = TcpStream::connect(("127.0.0.1", port)).await else {
        return;
    };
    let (near_in, near_out) = near.into_split();
    let (far_in, far_out) = far.into_split();
    let mut cut = way.clone();
    tokio::select! {
        () = pass(near_in, far_out, way.clone(), |bytes| requests.hear(bytes)) => {}
        () = pass(far_in, near_out, way, |_| {}) => {}
        _ = cut.wait_for(|way| *way == Way::Cut) => {}
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut way: watch::Receiver<Way>,
    mut hear: impl FnMut(&[u8]),
) {
    let mut chunk = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut chunk).await {
        hear(&chunk[..length]);
        if way.wait_for(|way| *way != Way::Silent).await.is_err() || to.write_all(&chunk[..length]).await.is_err() {
            return;
        }
    }
}

/// Notes the first lines of the requests of one connection.
struct Requests {
    asked: Arc<Mutex<Vec<String>>>,
    line: Vec<u8>,
}

impl Requests {
    fn noted(asked: &Arc<Mutex<Vec<String>>>) -> Requests {
        Requests {
            asked: Arc::clone(asked),
            line: Vec::new(),
        }
    }

    fn hear(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if *byte != b'\n' {
                if self.line.len() < LINE {
                    self.line.push(*byte);
                }
                continue;
            }
            if let Some(request) = self.line.strip_suffix(b" HTTP/1.1\r") {
                let request = String::from_utf8_lossy(request).into_owned();
                self.asked.lock().expect("what was asked").push(request);
            }
            self.line.clear();
        }
    }
}
