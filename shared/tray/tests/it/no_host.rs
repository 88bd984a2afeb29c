//! A desktop whose panel starts late.

use crate::play::*;
use std::process::{Child, Command, Stdio};
use tray::TrayPresence;
use watch::IconState;

/// Xfce's panel, ended with the test.
struct Panel(Child);

impl Panel {
    fn start() -> Panel {
        let mut panel = Command::new("xfce4-panel");
        Panel(
            panel
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the panel starts"),
        )
    }
}

impl Drop for Panel {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[tokio::test]
#[ignore = "runs in the desktop rig without a tray"]
async fn the_icon_appears_with_the_panel_and_again_with_the_next() {
    let mut play = Play::start();
    play.tray.show(view(IconState::Building));
    play.until_presence(TrayPresence::NoHost).await;
    for _ in 0..2 {
        let panel = Panel::start();
        play.until_presence(TrayPresence::Shown).await;
        drop(panel);
        play.until_presence(TrayPresence::NoHost).await;
    }
    play.tray.close().await;
}
