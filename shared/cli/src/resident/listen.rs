//! The local socket and the dashboard's port.

use super::commands::Mounted;
use crate::failure::Failure;
use app::places::Places;
use app::service::App;
use master::Master;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use store::Store;
use tokio::net::{TcpListener, UnixListener};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use web::{Access, FrontEnd, Gate, Setup};

/// What listens.
pub struct Served {
    stop: CancellationToken,
    tasks: Vec<JoinHandle<std::io::Result<()>>>,
    socket: PathBuf,
    gate: Gate,
    address: SocketAddr,
}

/// Serves the socket and, on the loopback interface only, the dashboard.
pub async fn serve(places: &Places, app: &App, master: &Master, store: &Store, port: u16) -> Result<Served, Failure> {
    let gate = Gate::remembering(Access::default(), places.data.join("sessions"));
    let router = web::router(Setup {
        master: master.clone(),
        store: store.clone(),
        front_end: FrontEnd::default(),
        commands: Arc::new(Mounted(app.clone())),
        gate: gate.clone(),
    });
    let socket = bind_socket(places)?;
    let tcp = bind_port(port).await?;
    let address = tcp.local_addr()?;
    let stop = CancellationToken::new();
    let tasks = vec![
        tokio::spawn(web::serve_socket(
            socket,
            router.clone(),
            stop.clone().cancelled_owned(),
        )),
        tokio::spawn(web::serve_tcp(tcp, router, stop.clone().cancelled_owned())),
    ];
    let served = Served {
        stop,
        tasks,
        socket: places.socket.clone(),
        gate,
        address,
    };
    app.know_dashboard(format!("http://{address}/"), served.maker());
    Ok(served)
}

impl Served {
    /// A link that opens the dashboard, once.
    pub fn link(&self) -> String {
        self.maker()()
    }

    fn maker(&self) -> app::service::MakeLink {
        let (gate, address) = (self.gate.clone(), self.address);
        Box::new(move || format!("http://{address}/?token={}", gate.one_time_token()))
    }

    /// Answers what is under way and closes.
    pub async fn stop(self) {
        self.stop.cancel();
        for task in self.tasks {
            // An event stream that a face keeps open must not keep the program.
            drop(tokio::time::timeout(std::time::Duration::from_secs(2), task).await);
        }
        drop(std::fs::remove_file(&self.socket));
    }
}

/// The store's lock tells that no other resident runs, so a socket that is there is a dead one's.
fn bind_socket(places: &Places) -> Result<UnixListener, Failure> {
    let path = &places.socket;
    if let Some(folder) = path.parent() {
        super::private_folder(folder)?;
    }
    drop(std::fs::remove_file(path));
    let failed = |error: std::io::Error| Failure::other(format!("{}: {error}", path.display()));
    let listener = UnixListener::bind(path).map_err(failed)?;
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    Ok(listener)
}

/// The port that is wanted, or any when another program has it.
async fn bind_port(port: u16) -> Result<TcpListener, Failure> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            eprintln!("Port {port} is taken by another program; using a free one.");
            Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?)
        }
        Err(error) => Err(Failure::other(format!(
            "the dashboard's port {port} cannot be opened: {error}"
        ))),
    }
}
