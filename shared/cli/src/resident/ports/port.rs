//! One port: opened, tried again while it cannot be, and everybody who comes is served.

use super::Key;
use super::door::{Entrance, Keychain};
use app::api::workers::PortRow;
use app::service::App;
use link::address::{Port, PortPlace};
use link::stream::{Arrival, BoxStream, Listener, listen};
use link::{msgpack, pb};
use master::Master;
use model::config::{WorkerPort, WorkerProtocol};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// A port that cannot be opened is tried again so often.
const AGAIN: Duration = Duration::from_secs(10);

/// So many connections at once; who comes then waits in the system's queue.
const CONNECTIONS: usize = 1000;

/// Who is not logged in after this has no business here.
const LOGIN: Duration = Duration::from_secs(90);

/// What a port needs to know.
pub struct Place {
    pub app: App,
    pub master: Master,
    /// Files that the port names are below it.
    pub folder: PathBuf,
    pub port: WorkerPort,
    pub keychain: Keychain,
    /// Closes the port.
    pub closing: CancellationToken,
    /// Ends everything that came by it.
    pub stop: CancellationToken,
    pub news: mpsc::UnboundedSender<(Key, PortRow)>,
}

/// Keeps one port open until it is to be closed.
pub async fn keep_open(place: Place) {
    tokio::select! {
        () = open_again(&place) => {}
        () = place.closing.cancelled() => {}
    }
}

async fn open_again(place: &Place) {
    let mut told = None;
    loop {
        let error = match open(place).await {
            Ok(listener) => return serve(place, listener).await,
            Err(error) => error,
        };
        if told.as_ref() != Some(&error) {
            warn!("{} ({}): {error}", place.port.endpoint, place.port.protocol.key());
            place.tell(None, false, Some(error.clone()));
            told = Some(error);
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn open(place: &Place) -> Result<Listener, String> {
    let port: Port = place
        .port
        .endpoint
        .parse()
        .map_err(|error: link::address::AddressError| error.to_string())?;
    let port = below(port, &place.folder);
    let listener = listen(&port).await.map_err(|error| error.reason)?;
    let address = match (&port.place, listener.local_addr()) {
        (_, Some(address)) => address.to_string(),
        (PortPlace::Unix(path), None) => path.display().to_string(),
        (PortPlace::Tcp { .. }, None) => place.port.endpoint.clone(),
    };
    let reachable = listener.local_addr().is_some_and(|address| !address.ip().is_loopback());
    place.tell(Some((address, reachable)), port.identity.is_some(), None);
    Ok(listener)
}

/// Files without a whole path are beside the configuration.
fn below(mut port: Port, folder: &Path) -> Port {
    if let Some(identity) = &mut port.identity {
        identity.private_key = folder.join(&identity.private_key);
        identity.certificate = folder.join(&identity.certificate);
        identity.chain = identity.chain.take().map(|chain| folder.join(chain));
    }
    if let PortPlace::Unix(path) = &mut port.place {
        *path = folder.join(&*path);
    }
    port
}

async fn serve(place: &Place, mut listener: Listener) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        // Never closed, so there always is a permit in the end.
        let Ok(permit) = room.clone().acquire_owned().await else {
            return;
        };
        let arrival = listener.accept().await;
        let entrance = Entrance::new(&place.app, &place.master, place.port.clone(), &place.keychain);
        tokio::spawn(attend(
            arrival,
            entrance,
            place.port.protocol,
            place.stop.child_token(),
            permit,
        ));
    }
}

/// Serves one connection to its end.
async fn attend(
    arrival: Arrival,
    entrance: Entrance,
    protocol: WorkerProtocol,
    stop: CancellationToken,
    _permit: OwnedSemaphorePermit,
) {
    let Arrival { stream, from } = arrival;
    let entrance = Arc::new(entrance);
    let serving = speak(protocol, stream, from, entrance.clone(), stop.clone());
    tokio::pin!(serving);
    tokio::select! {
        () = &mut serving => return,
        () = tokio::time::sleep(LOGIN) => {}
    }
    if !entrance.is_inside() {
        info!(?from, "somebody connected and did not log in");
        stop.cancel();
    }
    serving.await;
}

async fn speak(
    protocol: WorkerProtocol,
    stream: BoxStream,
    from: Option<SocketAddr>,
    door: Arc<Entrance>,
    stop: CancellationToken,
) {
    match protocol {
        WorkerProtocol::Pb => pb::serve(stream, from, door, stop).await,
        WorkerProtocol::Msgpack => msgpack::serve(stream, from, door, stop).await,
    }
}

impl Place {
    /// What faces show of it.
    fn tell(&self, listens: Option<(String, bool)>, secure: bool, error: Option<String>) {
        let reachable = listens.as_ref().is_some_and(|(_, reachable)| *reachable);
        let row = PortRow {
            protocol: self.port.protocol.key().to_owned(),
            endpoint: self.port.endpoint.clone(),
            listens: listens.map(|(address, _)| address),
            secure,
            reachable,
            error,
        };
        // The keeper ends only after this.
        let _ = self.news.send((super::key(&self.port), row));
    }
}
