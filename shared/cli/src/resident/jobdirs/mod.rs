//! The folders into which people's changes are put (`Try_Jobdir`): read as the configuration says.

mod folder;
mod job;

use app::service::App;
use folder::Folder;
use master::Master;
use model::config::SchedulerKind;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::error;

/// Reads the folders of the configuration.
pub struct Jobdirs {
    stop: CancellationToken,
    keeper: JoinHandle<()>,
}

/// A scheduler and its folder.
type Key = (String, PathBuf);

impl Jobdirs {
    /// Reads them, and those of later configurations. They are below `master`, unless they are absolute.
    pub fn open(app: &App, master: &Master, folder: PathBuf) -> Jobdirs {
        let stop = CancellationToken::new();
        let keeping = keep(app.clone(), master.clone(), folder, stop.clone());
        Jobdirs {
            keeper: tokio::spawn(keeping),
            stop,
        }
    }

    /// Ends reading. What is not read yet is read after the next start.
    pub async fn close(self) {
        self.stop.cancel();
        if let Err(error) = self.keeper.await {
            error!("the job folders ended badly: {error}");
        }
    }
}

async fn keep(app: App, master: Master, below: PathBuf, stop: CancellationToken) {
    let mut configs = master.catalogs();
    let mut open: BTreeMap<Key, (CancellationToken, JoinHandle<()>)> = BTreeMap::new();
    loop {
        let catalog = configs.borrow_and_update().clone();
        let wanted: Vec<Key> = catalog
            .config
            .schedulers
            .iter()
            .filter_map(|scheduler| match &scheduler.kind {
                SchedulerKind::TryJobdir(jobdir) => Some((scheduler.name.clone(), below.join(&jobdir.folder))),
                _ => None,
            })
            .collect();
        let gone: Vec<Key> = open.keys().filter(|key| !wanted.contains(key)).cloned().collect();
        for (closing, reading) in gone.iter().filter_map(|key| open.remove(key)) {
            closing.cancel();
            drop(reading.await);
        }
        for key in wanted {
            let (scheduler, path) = key.clone();
            open.entry(key).or_insert_with(|| {
                let closing = stop.child_token();
                let folder = Folder::new(&app, &master, scheduler, path);
                (closing.clone(), tokio::spawn(folder.read_until(closing)))
            });
        }
        tokio::select! {
            changed = configs.changed() => if changed.is_err() { break },
            () = stop.cancelled() => break,
        }
    }
    stop.cancel();
    for (_, reading) in open.into_values() {
        drop(reading.await);
    }
}
