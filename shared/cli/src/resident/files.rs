//! Follows the configuration's files: what an editor saves is checked and, if it is good, taken into use.

use app::service::App;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc;
use tracing::{info, warn};

/// Editors save in several steps; after the last one it is quiet for so long.
const QUIET: Duration = Duration::from_millis(250);

/// The watch over the configuration's folder.
pub struct Files {
    watcher: RecommendedWatcher,
    seen: mpsc::UnboundedReceiver<()>,
}

impl Files {
    /// Begins to watch. To be called before the files are read, so that nothing is saved unseen in between.
    pub fn watch(folder: &Path) -> Option<Files> {
        let (saw, seen) = mpsc::unbounded_channel();
        let handler = move |event: notify::Result<notify::Event>| {
            let reads = event.is_ok_and(|event| event.kind.is_access());
            if !reads {
                // The follower ends only with the program.
                let _ = saw.send(());
            }
        };
        let watcher = notify::recommended_watcher(handler).and_then(|mut watcher| {
            watcher.watch(folder, RecursiveMode::Recursive)?;
            Ok(watcher)
        });
        match watcher {
            Ok(watcher) => Some(Files { watcher, seen }),
            Err(error) => {
                warn!(
                    "{} is not watched: {error}. After a change, run:  outpost master reconfig",
                    folder.display()
                );
                None
            }
        }
    }

    /// Reads the configuration again after each change, also those since the watch began, for as long as the result
    /// lives.
    pub fn follow(self, app: App) -> RecommendedWatcher {
        let Files { watcher, mut seen } = self;
        tokio::spawn(async move {
            while seen.recv().await.is_some() {
                while let Ok(Some(())) = tokio::time::timeout(QUIET, seen.recv()).await {}
                match app.reload().await {
                    Ok(checked) if checked.applied => info!("the configuration was read again"),
                    Ok(_) => warn!("the configuration has errors; the last good one stays in use"),
                    Err(refusal) => warn!("the configuration was not taken into use: {refusal}"),
                }
            }
        });
        watcher
    }
}
