//! A worker of ours that runs for the length of a test.

use super::wire::PATIENCE;
use link::address::Address;
use link::{ConnectError, Connected, Login, Target};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wire::worker::link::Caller;
use worker::{Ended, Options};

pub struct OurWorker {
    pub folder: TempDir,
    running: JoinHandle<Ended>,
    /// Cancelled to cut the connection.
    pub closed: CancellationToken,
    /// To its master.
    pub master: Caller,
}

/// A worker called `one` with the right password.
pub fn login() -> Login {
    Login {
        name: "one".to_owned(),
        password: "s3cret".to_owned(),
    }
}

/// A master on this machine.
pub fn target(port: u16) -> Target {
    Target::new(Address::tcp("127.0.0.1", port))
}

impl OurWorker {
    /// Connects and attaches.
    pub async fn start(target: &Target) -> OurWorker {
        OurWorker::in_folder(target, TempDir::new().unwrap()).await
    }

    /// The same, in a folder that may have been used before.
    pub async fn in_folder(target: &Target, folder: TempDir) -> OurWorker {
        let connected = link::connect(target, login()).await.expect("connected");
        OurWorker::serving(connected, folder).await
    }

    async fn serving(connected: Connected, folder: TempDir) -> OurWorker {
        let Connected { end, accepted, closed } = connected;
        let master = end.caller.clone();
        let mut options = Options::new(folder.path().join("worker"), "one");
        options.shim = Some(PathBuf::from("/proc/self/exe"));
        options.info = vec![("admin".to_owned(), "Jane <jane@example.org>\n".to_owned())];
        let running = tokio::spawn(worker::run(end, options));
        let accepted = tokio::time::timeout(PATIENCE, accepted).await.expect("no answer");
        accepted.expect("an answer").expect("accepted");
        OurWorker {
            folder,
            running,
            closed,
            master,
        }
    }

    /// Waits for its end.
    pub async fn ended(self) -> (Ended, TempDir) {
        drop(self.master);
        let ended = tokio::time::timeout(Duration::from_secs(60), self.running).await;
        (ended.expect("it does not end").expect("no panic"), self.folder)
    }

    /// Cuts its connection.
    pub async fn cut(self) -> TempDir {
        self.closed.cancel();
        let (ended, folder) = self.ended().await;
        assert_eq!(ended, Ended::Lost);
        folder
    }
}

/// Connects and attaches, as soon as the master knows that the last connection is gone.
pub async fn connect_again(target: &Target, folder: TempDir) -> OurWorker {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match link::connect(target, login()).await {
            Ok(connected) => return OurWorker::serving(connected, folder).await,
            Err(ConnectError::Rejected { .. }) if Instant::now() < deadline => {}
            Err(error) => panic!("{error}"),
        }
    }
}
