//! The real thing: dunst and Xfce's panel.

use crate::play::*;
use std::collections::HashMap;
use std::process::Command;
use tray::{NoticePresence, TrayEvent, TrayPresence};
use watch::{IconState, MenuAction, MuteLength, NoticeKey, Scope};
use zbus::zvariant::{OwnedValue, Value};
use zbus::{Connection, Proxy};

const ITEM: &str = "org.kde.StatusNotifierItem";
type Pixmaps = Vec<(i32, i32, Vec<u8>)>;
type ToolTip = (String, Pixmaps, String, String);
type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// The item as the panel sees it.
struct Seen {
    bus: Connection,
    name: String,
}

impl Seen {
    /// Finds the item in the watcher's list.
    async fn find() -> Seen {
        let bus = Connection::session().await.unwrap();
        let watcher = "org.kde.StatusNotifierWatcher";
        let name = eventually("registration", || async {
            let proxy = Proxy::new(&bus, watcher, "/StatusNotifierWatcher", watcher)
                .await
                .ok()?;
            let items: Vec<String> = proxy.get_property("RegisteredStatusNotifierItems").await.ok()?;
            let item = items.into_iter().next()?;
            Some(item.split('/').next()?.to_owned())
        })
        .await;
        Seen { bus, name }
    }

    async fn property<T>(&self, property: &str) -> T
    where
        T: TryFrom<OwnedValue, Error: std::fmt::Debug>,
    {
        let properties = "org.freedesktop.DBus.Properties";
        let path = "/StatusNotifierItem";
        let question = (ITEM, property);
        let call = self
            .bus
            .call_method(Some(&*self.name), path, Some(properties), "Get", &question);
        let value: OwnedValue = call.await.unwrap().body().deserialize().unwrap();
        T::try_from(value).unwrap()
    }

    async fn menu(&self) -> Vec<(i32, String)> {
        let none: Vec<String> = Vec::new();
        let path: zbus::zvariant::OwnedObjectPath = self.property("Menu").await;
        let menu = Some("com.canonical.dbusmenu");
        let reply = self
            .bus
            .call_method(Some(&*self.name), path, menu, "GetLayout", &(0_i32, -1_i32, none))
            .await
            .unwrap();
        let (_, root): (u32, Layout) = reply.body().deserialize().unwrap();
        let mut labels = Vec::new();
        collect(root, &mut labels);
        labels
    }

    async fn choose(&self, label: &str) {
        let menu = self.menu().await;
        let (id, _) = menu
            .iter()
            .find(|(_, l)| l == label)
            .unwrap_or_else(|| panic!("{label} in {menu:?}"));
        let path: zbus::zvariant::OwnedObjectPath = self.property("Menu").await;
        let event = (*id, "clicked", Value::from(0_i32), 0_u32);
        let menu = Some("com.canonical.dbusmenu");
        self.bus
            .call_method(Some(&*self.name), path, menu, "Event", &event)
            .await
            .unwrap();
    }

    async fn click(&self) {
        self.bus
            .call_method(
                Some(&*self.name),
                "/StatusNotifierItem",
                Some(ITEM),
                "Activate",
                &(1, 1),
            )
            .await
            .unwrap();
    }
}

fn collect((id, properties, children): Layout, labels: &mut Vec<(i32, String)>) {
    if let Some(label) = properties.get("label") {
        labels.push((id, String::try_from(label.try_clone().unwrap()).unwrap()));
    }
    for child in children {
        collect(Layout::try_from(child).unwrap(), labels);
    }
}

#[tokio::test]
#[ignore = "runs in the desktop rig"]
async fn the_panel_shows_the_item_and_its_menu_works() {
    let mut play = Play::start();
    play.tray.show(view(IconState::AllWell));
    play.until_presence(TrayPresence::Shown).await;
    let seen = Seen::find().await;
    assert_eq!(seen.property::<String>("Id").await, "outpost");
    assert_eq!(seen.property::<String>("Status").await, "Active");
    let pixmaps: Pixmaps = seen.property::<OwnedValue>("IconPixmap").await.try_into().unwrap();
    let sizes: Vec<i32> = pixmaps.iter().map(|(width, ..)| *width).collect();
    assert_eq!(sizes, [16, 22, 24, 32, 48, 64]);
    assert!(
        pixmaps
            .iter()
            .all(|(w, h, data)| w == h && data.len() == (w * h * 4) as usize)
    );

    let tooltip: ToolTip = seen.property::<OwnedValue>("ToolTip").await.try_into().unwrap();
    assert_eq!(
        (tooltip.2.as_str(), tooltip.3.as_str()),
        ("Outpost: AllWell", "a_b &lt;c&gt; &amp; d")
    );

    let labels: Vec<String> = seen.menu().await.into_iter().map(|(_, label)| label).collect();
    assert_eq!(
        labels,
        ["All well", "Open my__log", "Mute", "Everything for 1 hour", "Quit"]
    );
    seen.choose("Everything for 1 hour").await;
    seen.choose("Quit").await;
    seen.click().await;
    let mute = MenuAction::Mute(Scope::All, MuteLength::Minutes(60));
    assert_eq!(
        play.click().await,
        TrayEvent::Menu {
            action: mute,
            token: None
        }
    );
    assert_eq!(
        play.click().await,
        TrayEvent::Menu {
            action: MenuAction::Quit,
            token: None
        }
    );
    assert_eq!(play.click().await, TrayEvent::Open { token: None });

    play.tray.show(view(IconState::BrokenByMe));
    eventually("attention", || async {
        (seen.property::<String>("Status").await == "NeedsAttention").then_some(())
    })
    .await;
    let red: Pixmaps = seen.property::<OwnedValue>("IconPixmap").await.try_into().unwrap();
    assert_ne!(red, pixmaps, "the icon changed with the state");
    play.tray.show(view(IconState::AllWell));
    eventually("calm", || async {
        (seen.property::<String>("Status").await == "Active").then_some(())
    })
    .await;
    play.tray.close().await;
}

/// What was given to `Notify` on this bus, by the rig's recording: application, id to replace, title. The last line of a
/// whole call is the time for which it is shown.
fn recorded() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(std::env::var("RIG_NOTICES").expect("the rig")).unwrap();
    let calls = text.split("member=Notify\n").skip(1);
    calls
        .filter(|call| call.contains("\n   int32 "))
        .map(|call| {
            let replaces = call
                .lines()
                .find_map(|line| line.trim().strip_prefix("uint32 "))
                .unwrap_or_default();
            let strings: Vec<&str> = call
                .lines()
                .filter_map(|line| line.trim().strip_prefix("string "))
                .collect();
            (
                replaces.to_owned(),
                strings.get(2).unwrap_or(&"").trim_matches('"').to_owned(),
            )
        })
        .collect()
}

fn dunstctl(arguments: &[&str]) -> String {
    let output = Command::new("dunstctl")
        .args(arguments)
        .output()
        .expect("dunstctl runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[tokio::test]
#[ignore = "runs in the desktop rig"]
async fn dunst_shows_one_notice_that_is_replaced_and_clicked() {
    let mut play = Play::start();
    play.until_notices(NoticePresence::Works { buttons: true }).await;
    play.tray.notify(notice("break-1", "Broken by you: linux #412"));
    play.tray.notify(notice("break-1", "Fixed by Bob: linux"));
    let calls = eventually("two calls", || async {
        Some(recorded()).filter(|calls| calls.len() == 2)
    })
    .await;
    assert_eq!(calls[0], ("0".to_owned(), "Broken by you: linux #412".to_owned()));
    assert_eq!(calls[1].1, "Fixed by Bob: linux");
    assert_ne!(calls[1].0, "0", "it replaces the first");
    eventually("the notice on the screen", || async {
        (dunstctl(&["count", "displayed"]) == "1").then_some(())
    })
    .await;
    dunstctl(&["action", "0"]);
    let opened = TrayEvent::NoticeOpened {
        notice: NoticeKey("break-1".to_owned()),
        target: log(),
        token: None,
    };
    assert_eq!(play.click().await, opened);

    // dunst leaves it on the screen.
    play.tray.withdraw(NoticeKey("break-1".to_owned()));
    eventually("it goes", || async {
        (dunstctl(&["count", "displayed"]) == "0").then_some(())
    })
    .await;
    play.tray.close().await;
}

#[tokio::test]
#[ignore = "runs in the desktop rig"]
async fn dunsts_pause_is_do_not_disturb() {
    let mut play = Play::start();
    play.until_notices(NoticePresence::Works { buttons: true }).await;
    let quiet = |event: &TrayEvent| match event {
        TrayEvent::DoNotDisturb(on) => Some(*on),
        _ => None,
    };
    dunstctl(&["set-paused", "true"]);
    assert!(play.until(quiet).await);
    dunstctl(&["set-paused", "false"]);
    assert!(!play.until(quiet).await);
    play.tray.close().await;
}
