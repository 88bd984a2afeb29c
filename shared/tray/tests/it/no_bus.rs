//! No session bus at all, as on a server.

use crate::play::*;
use tray::{NoticePresence, TrayPresence};
use watch::{IconState, NoticeKey};

#[tokio::test]
#[ignore = "runs without a bus"]
async fn both_say_so_and_everything_can_be_called() {
    let mut play = Play::start();
    play.tray.show(view(IconState::BrokenByMe));
    play.tray.notify(notice("break-1", "title"));
    play.tray.withdraw(NoticeKey("break-1".to_owned()));
    let mut told = [play.event().await, play.event().await];
    told.sort_by_key(|event| format!("{event:?}"));
    let expected = [
        tray::TrayEvent::Notices(NoticePresence::NoBus),
        tray::TrayEvent::Presence(TrayPresence::NoBus),
    ];
    assert_eq!(told, expected);
    play.tray.close().await;
}
