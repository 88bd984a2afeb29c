//! Notification servers and tray watchers as they differ, come and go.

use crate::fake::{Call, FakeServer, FakeWatcher};
use crate::play::*;
use tray::{NoticePresence, TrayEvent, TrayPresence};
use watch::{IconState, NoticeAction, NoticeKey, Scope, Urgency};

const ALL: [&str; 3] = ["actions", "body", "body-markup"];

#[tokio::test]
#[ignore = "runs on a bus of its own"]
async fn a_notice_is_replaced_and_its_button_answers_once() {
    let mut server = FakeServer::start(&ALL, 40).await;
    let mut play = Play::start();
    play.until_notices(NoticePresence::Works { buttons: true }).await;

    play.tray.notify(notice("break-1", "Broken by you: linux #412"));
    let first = server.notified().await;
    assert_eq!((first.replaces, first.id), (0, 40));
    assert_eq!(first.title, "Broken by you: linux #412");
    assert_eq!(
        first.body,
        "linux #412: compile failed: a.c:7: expected &lt;b&gt; &amp; c"
    );
    assert_eq!(first.actions, ["default", "Open", "0", "Open log", "1", "Mute…"]);
    assert_eq!(first.urgency(), 1);
    assert!(first.hints.contains_key("desktop-entry"));
    assert!(!first.hints.contains_key("suppress-sound"));

    let mut update = notice("break-1", "Broken by you: linux #412 and 1 more builder");
    update.silent = true;
    update.urgency = Urgency::Low;
    play.tray.notify(update);
    let second = server.notified().await;
    assert_eq!((second.replaces, second.id, second.urgency()), (40, 40, 0));
    assert!(second.hints.contains_key("suppress-sound"));

    play.tray.notify(notice("break-2", "Another"));
    let other = server.notified().await;
    assert_eq!((other.replaces, other.id), (0, 42));

    server.press(99, "0", None).await;
    server.press(40, "no such button", None).await;
    server.press(40, "0", Some("token-7")).await;
    server.press(40, "0", None).await;
    server.press(40, "default", None).await;
    server.press(42, "1", None).await;
    let open = TrayEvent::NoticeAction {
        notice: NoticeKey("break-1".to_owned()),
        action: NoticeAction::Open(log()),
        token: Some("token-7".to_owned()),
    };
    assert_eq!(play.click().await, open);
    let mute = TrayEvent::NoticeAction {
        notice: NoticeKey("break-2".to_owned()),
        action: NoticeAction::Mute(Scope::Builder(builder())),
        token: None,
    };
    assert_eq!(play.click().await, mute, "and nothing of break-1 in between");
    play.tray.close().await;
    server.stop().await;
}

#[tokio::test]
#[ignore = "runs on a bus of its own"]
async fn what_was_put_away_is_not_brought_back_by_an_update() {
    let mut server = FakeServer::start(&ALL, 1).await;
    let play = Play::start();
    play.tray.notify(notice("break-1", "first"));
    let first = server.notified().await;
    server.closed(first.id).await;
    server.press(first.id, "default", None).await;
    let mut play = play;
    assert!(
        matches!(play.click().await, TrayEvent::NoticeOpened { .. }),
        "an answer after closing still counts"
    );

    let mut update = notice("break-1", "an update");
    update.silent = true;
    play.tray.notify(update);
    play.tray.notify(notice("break-1", "fixed"));
    let fixed = server.notified().await;
    assert_eq!((fixed.title.as_str(), fixed.replaces), ("fixed", 0));

    play.tray.withdraw(NoticeKey("never shown".to_owned()));
    play.tray.withdraw(NoticeKey("break-1".to_owned()));
    play.tray.withdraw(NoticeKey("break-1".to_owned()));
    assert!(matches!(server.call().await, Call::Close(id) if id == fixed.id));
    play.tray.notify(notice("break-2", "next"));
    assert_eq!(server.notified().await.title, "next", "it was closed once");
    play.tray.close().await;
    server.stop().await;
}

#[tokio::test]
#[ignore = "runs on a bus of its own"]
async fn a_server_without_buttons_and_markup_gets_text_alone() {
    let mut server = FakeServer::start(&["body"], 1).await;
    let mut play = Play::start();
    play.until_notices(NoticePresence::Works { buttons: false }).await;
    play.tray.notify(notice("break-1", "title"));
    let notified = server.notified().await;
    assert_eq!(notified.actions, [""; 0]);
    assert_eq!(notified.body, "linux #412: compile failed: a.c:7: expected <b> & c");
    play.tray.close().await;
    server.stop().await;
}

#[tokio::test]
#[ignore = "runs on a bus of its own"]
async fn a_server_may_be_missing_and_restart() {
    let mut play = Play::start();
    play.until_notices(NoticePresence::NoServer).await;
    play.tray.notify(notice("break-1", "nobody shows this"));

    let mut server = FakeServer::start(&ALL, 10).await;
    play.until_notices(NoticePresence::Works { buttons: true }).await;
    play.tray.notify(notice("break-1", "shown"));
    assert_eq!(server.notified().await.title, "shown");
    server.stop().await;
    play.until_notices(NoticePresence::NoServer).await;

    let mut server = FakeServer::start(&["body"], 10).await;
    play.until_notices(NoticePresence::Works { buttons: false }).await;
    play.tray.notify(notice("break-1", "again"));
    let again = server.notified().await;
    assert_eq!(
        (again.replaces, again.actions.len()),
        (0, 0),
        "the new server knows nothing of the old one's ids"
    );
    play.tray.close().await;
    server.stop().await;
}

#[tokio::test]
#[ignore = "runs on a bus of its own"]
async fn the_item_follows_its_watcher() {
    let mut play = Play::start();
    play.tray.show(view(IconState::AllWell));
    play.until_presence(TrayPresence::NoHost).await;
    for _ in 0..3 {
        let watcher = FakeWatcher::start(true).await;
        play.until_presence(TrayPresence::Shown).await;
        assert_eq!(watcher.items().len(), 1, "{:?}", watcher.items());
        watcher.stop().await;
        play.until_presence(TrayPresence::NoHost).await;
    }
    let watcher = FakeWatcher::start(false).await;
    eventually("registration", || async { (watcher.items().len() == 1).then_some(()) }).await;
    assert_eq!(
        play.tray.presence(),
        TrayPresence::NoHost,
        "a watcher without a host shows nothing"
    );
    watcher.host_comes().await;
    play.until_presence(TrayPresence::Shown).await;
    play.tray.close().await;
    watcher.stop().await;
}

#[tokio::test]
#[ignore = "runs on a bus of its own"]
async fn nothing_is_shown_before_there_is_something_to_show() {
    let watcher = FakeWatcher::start(true).await;
    let mut play = Play::start();
    play.until_notices(NoticePresence::NoServer).await;
    assert_eq!(watcher.items(), [""; 0]);
    assert_eq!(play.tray.presence(), TrayPresence::Starting);
    play.tray.show(view(IconState::NoProjects));
    assert!(
        matches!(play.event().await, TrayEvent::Presence(TrayPresence::Shown)),
        "without a detour"
    );
    assert_eq!(watcher.items().len(), 1);
    play.tray.close().await;
    watcher.stop().await;
}
