//! The machine woke up, or has a network again: joined masters are connected to at once rather than after their back-off,
//! and mutes and quiet hours end by the clock rather than by the time that the machine was awake.

use app::service::App;
use tray::Waking;

/// Follows what the system says of that, as long as the resident runs.
pub async fn follow(app: App) {
    let mut wakings = tray::wakings();
    while let Some(waking) = wakings.recv().await {
        match waking {
            Waking::Woke => {
                app.watching().look_at_the_clock();
                // What seems to be connected is so no longer.
                app.farm().connect_anew();
            }
            Waking::Network => app.farm().connect_those_away(),
        }
    }
}
