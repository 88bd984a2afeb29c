//! A network between a client and a server on this machine that can be cut, and that can fall silent.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

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
}

impl Wire {
    /// One to a port of this machine.
    pub async fn to(port: u16) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (way, seen) = watch::channel(Way::Open);
        let listening = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, port, seen.clone()));
            }
        });
        Wire {
            address,
            way,
            listening,
        }
    }

    /// Where clients reach the server by it.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
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

async fn carry(near: TcpStream, port: u16, way: watch::Receiver<Way>) {
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
        () = pass(near_in, far_out, way.clone()) => {}
        () = pass(far_in, near_out, way) => {}
        _ = cut.wait_for(|way| *way == Way::Cut) => {}
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut way: watch::Receiver<Way>) {
    let mut chunk = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut chunk).await {
        if way.wait_for(|way| *way != Way::Silent).await.is_err() || to.write_all(&chunk[..length]).await.is_err() {
            return;
        }
    }
}
