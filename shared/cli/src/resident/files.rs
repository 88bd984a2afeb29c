//! Follows the configuration's files: what an editor saves is checked and, if it is good, taken into use.

use app::service::App;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::time::Duration;
use tokio::sync::mpsc;
use tracing::{info, warn};

/// Editors save in several steps; after the last one it is quiet for so long.
const QUIET: Duration = Duration::from_millis(250);

/// Watches the folder for as long as the result lives.
pub fn watch(app: App) -> Option<RecommendedWatcher> {
    let folder = app.configuration_folder().folder().to_owned();
    let (saw, mut seen) = mpsc::unbounded_channel();
    let handler = move |event: notify::Result<notify::Event>| {
        let reads = event.is_ok_and(|event| event.kind.is_access());
        if !reads {
            // The follower ends only with the program.
            let _ = saw.send(());
        }
    };
    let watcher = notify::recommended_watcher(handler).and_then(|mut watcher| {
        watcher.watch(&folder, RecursiveMode::Recursive)?;
        Ok(watcher)
    });
    let watcher = match watcher {
        Ok(watcher) => watcher,
        Err(error) => {
            warn!(
                "{} is not watched: {error}. After a change, run:  outpost master reconfig",
                folder.display()
            );
            return None;
        }
    };
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
    Some(watcher)
}
