//! The resident: one process per user and profile that owns all state, with its tray, notices, socket and dashboard.
//!
//! A second start hands over to the first.

mod commands;
mod demo;
mod desk;
mod files;
mod jobdirs;
mod listen;
mod ports;
mod quiet;
mod waking;
mod window;
mod workers;

use crate::arguments::Run;
use crate::client::Client;
use crate::command::master::link;
use crate::failure::Failure;
use app::api::overview::QuitHow;
use app::configuration::ConfigurationFolder;
use app::news::Newsroom;
use app::places::Places;
use app::secrets::Keychain;
use app::service::App;
use app::watching::{Tells, Watching};
use master::{Master, Setup, Shutdown};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Store, StoreError};
use tokio::net::UnixStream;
use tokio::sync::mpsc;

/// How long a resident that was started in the background has until it answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long one that is about to end may keep the store.
const ENDING: Duration = Duration::from_secs(5);

/// What the resident says on its error output. `notify` warns of each watched folder that goes away, which is no news:
/// a repository that is gone is told as a trouble.
const LEVELS: &str = "warn,notify=error";

/// Runs the resident until it is told to end, or hands over to the one that runs already.
pub async fn start(places: Places, options: Run) -> Result<(), Failure> {
    let (places, demo) = demo::places(places, options.demo)?;
    if Client::is_running(&places).await {
        return hand_over(&places, &options).await;
    }
    if options.detach {
        return detach(&places, &options).await;
    }
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("OUTPOST_LOG").unwrap_or_else(|_| LEVELS.into()))
        .with_writer(std::io::stderr)
        .init();
    Box::pin(stay(places, options, demo)).await
}

/// A client of the resident, which is started in the background when none runs.
pub async fn connect_or_start(places: &Places) -> Result<Client, Failure> {
    if !Client::is_running(places).await {
        spawn(
            places,
            &Run {
                no_tray: false,
                port: 8010,
                window: false,
                demo: false,
                detach: true,
            },
        )?;
        eprintln!("Outpost now runs in the background; end it with:  outpost quit");
    }
    Client::wait_for(places, PATIENCE).await
}

/// What was put together, to be taken apart in the end.
struct Running {
    app: App,
    master: Master,
    store: Store,
    workers: workers::Workers,
    ports: ports::Ports,
    jobdirs: jobdirs::Jobdirs,
    quit: mpsc::Receiver<QuitHow>,
    tells: Tells,
    files: Option<files::Files>,
}

async fn stay(places: Places, options: Run, demo: Option<demo::Demo>) -> Result<(), Failure> {
    let mut running = Box::pin(assemble(&places)).await?;
    let served = listen::serve(&places, &running.app, &running.master, &running.store, options.port).await?;
    println!("Outpost is running: {}", served.link());
    let tray = if options.no_tray {
        None
    } else {
        Some(desk::start(running.app.clone(), places.clone(), running.tells))
    };
    let _watching = running.files.take().map(|files| files.follow(running.app.clone()));
    if options.window {
        window::open(&places, "/", None);
    }
    if let Some(demo) = demo {
        tokio::spawn(demo.play(running.app.clone()));
    }
    tokio::spawn(quiet::after_bursts(running.app.clone(), running.store.clone()));
    tokio::spawn(waking::follow(running.app.clone()));
    let how = tokio::select! {
        how = running.quit.recv() => how.unwrap_or(QuitHow::Stop),
        () = terminated() => QuitHow::Stop,
    };
    let finish = matches!(how, QuitHow::Finish);
    let lent = running.app.lending().close(finish);
    let built = running.master.shutdown(match how {
        QuitHow::Finish => Shutdown::Finish,
        QuitHow::Stop => Shutdown::Stop,
    });
    tokio::join!(lent, built);
    if let Some(tray) = tray {
        tray.close().await;
    }
    served.stop().await;
    running.ports.close().await;
    running.jobdirs.close().await;
    running.workers.stop().await;
    running.app.tries().close().await;
    running.app.farm().close().await;
    running.app.watching().close().await;
    running.store.close().await;
    Ok(())
}

/// Opens the store, reads the configuration and starts the master with its worker and its watching.
async fn assemble(places: &Places) -> Result<Running, Failure> {
    for folder in [&places.data, &places.configuration, &places.builds(), &places.cache()] {
        private_folder(folder)?;
    }
    let program = this_program()?;
    let store = open_store(places).await?;
    let files = files::Files::watch(&places.configuration);
    let folder = Arc::new(ConfigurationFolder::new(places, program.clone()));
    let (config, problems) = folder.load_for_start().await;
    let mut setup = Setup::new(store.clone(), config, name_of(places), places.cache());
    setup.secrets = Arc::new(Keychain::of_profile(&places.profile));
    let folder_of_master = setup.folder.clone();
    let master = Master::start(setup)
        .await
        .map_err(|error| Failure::other(error.to_string()))?;
    let newsroom = Newsroom::open();
    tokio::spawn(newsroom.clone().follow(master.clone()));
    let (watching, tells) = Watching::start(master.clone(), newsroom.clone()).await;
    let (quit_now, quit) = mpsc::channel(4);
    let app = App::new(master.clone(), watching, newsroom, folder, places.clone(), quit_now).await;
    app.tell_trouble(&problems).await;
    app.lending().begin(program.clone()).await;
    let workers = workers::Workers::start(&master, places, program);
    let ports = ports::Ports::open(&app, &master, places.configuration.clone());
    let jobdirs = jobdirs::Jobdirs::open(&app, &master, folder_of_master);
    Ok(Running {
        app,
        master,
        store,
        workers,
        ports,
        jobdirs,
        quit,
        tells,
        files,
    })
}

/// Opens the store. Another resident that is about to end has closed its socket already, and is waited for.
async fn open_store(places: &Places) -> Result<Store, Failure> {
    let deadline = Instant::now() + ENDING;
    loop {
        let database = places.database();
        let opened = tokio::task::spawn_blocking(move || Store::open(&database))
            .await
            .map_err(|error| Failure::other(error.to_string()))?;
        let locked = matches!(opened, Err(StoreError::Locked { .. }));
        if !locked || Instant::now() > deadline || UnixStream::connect(&places.socket).await.is_ok() {
            return opened.map_err(|error| Failure::other(error.to_string()));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// `host:basedir`, as Buildbot names a master.
fn name_of(places: &Places) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_else(|_| "localhost".to_owned());
    format!("{}:{}", host.trim(), places.data.display())
}

/// This program, to be started again. On Linux the running one, even when its file was replaced by an update.
fn this_program() -> Result<PathBuf, Failure> {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() {
        Ok(running)
    } else {
        Ok(std::env::current_exe()?)
    }
}

/// Makes a folder that only its user can look into.
fn private_folder(folder: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| {
            Failure::other(format!("{}: {error}", folder.display()))
                .hint("Make it writable, or choose another place with OUTPOST_HOME.")
        })
}

async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
    let mut signals: Vec<_> = kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect();
    let waits = signals.iter_mut().map(|signal| Box::pin(signal.recv()));
    futures_util::future::select_all(waits).await;
}

async fn hand_over(places: &Places, options: &Run) -> Result<(), Failure> {
    let client = Client::wait_for(places, PATIENCE).await?;
    println!("Outpost runs already: {}", link(&client).await?);
    if options.window {
        window::open(places, "/", None);
    }
    Ok(())
}

async fn detach(places: &Places, options: &Run) -> Result<(), Failure> {
    spawn(places, options)?;
    let client = Client::wait_for(places, PATIENCE)
        .await
        .map_err(|failure| failure.hint(format!("It did not start; see {}", log_of(places).display())))?;
    println!("Outpost is running: {}", link(&client).await?);
    if options.window {
        window::open(places, "/", None);
    }
    Ok(())
}

fn log_of(places: &Places) -> PathBuf {
    places.data.join("outpost.log")
}

/// Starts the resident in a session of its own, its words going to a file.
fn spawn(places: &Places, options: &Run) -> Result<(), Failure> {
    use std::os::unix::process::CommandExt;
    private_folder(&places.data)?;
    let path = log_of(places);
    let log = std::fs::File::options().create(true).append(true).open(&path)?;
    let mut command = std::process::Command::new(std::env::current_exe()?);
    if places.socket.starts_with(&places.configuration) {
        command.arg("--basedir").arg(&places.configuration);
    } else {
        command.args(["--profile", &places.profile]);
    }
    command.args(["run", "--port", &options.port.to_string()]);
    if options.no_tray {
        command.arg("--no-tray");
    }
    command
        .stdin(std::process::Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    // A group of its own: what ends the terminal's does not end the resident.
    command.process_group(0).spawn()?;
    Ok(())
}
